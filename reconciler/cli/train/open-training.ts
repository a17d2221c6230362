/** What `train` and `reproduce` work with: the features of a working tree or commit, where state lies, what main has. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openArtifactNotes } from '../../artifacts/artifact-notes.ts'
import { writeWhole } from '../../artifacts/write-whole.ts'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import { segmentTopic } from '../../features/pushed/segment-note.ts'
import { openRepository } from '../../git/open-repository.ts'
import { digestFeatures, type FeatureDigests } from '../../manifests/features/feature-digests.ts'
import { ensureStateFolder, findRepository, stateFolderName } from '../../supervisor/state-folder.ts'
import { type CommandInput, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { findArtifactStore } from '../features/find-artifact-store.ts'
import { type OpenFeatures, withFeatures } from '../features/open-features.ts'
import { type BaseCommit, openBase } from './base-commit.ts'
import { type FileDigests, openFileDigests } from './file-digests.ts'
import { openRuleReader, type RuleReader } from './changed-rules.ts'
import { openProduction, productionEnvironment, type ProductionReader } from './production.ts'
import { openVersionStore, type VersionStore } from './version-store.ts'

export interface OpenTraining extends OpenFeatures {
  /** Folder of mainward.yaml, absolute. */
  readonly project: string
  /** The folder of `train` in the state folder. */
  readonly folder: string
  /** Where training sets are kept. */
  readonly datasets: string
  /** Address of the artifact store. */
  readonly store: string
  readonly versions: VersionStore
  readonly base: BaseCommit | null
  readonly production: ProductionReader
  readonly rules: RuleReader
  readonly digests: FeatureDigests
  readonly fileDigests: FileDigests
  readonly datasetDigests: DatasetDigests
  /** Microseconds since the epoch: one time for all that is done. */
  readonly now: bigint
  /** Digests of the segments of pushed rows of a view. */
  readonly listPushed: (view: string) => Promise<readonly string[]>
}

/** Which training set files and definitions gave, by their digest. */
export interface DatasetDigests {
  find(sources: Digest): Digest | null
  keep(sources: Digest, dataset: Digest): Promise<void>
}

/** The base commit is looked at only where `base` is given. */
export async function withTraining<T>(
  context: CliContext,
  input: CommandInput,
  use: (training: OpenTraining) => Promise<T>,
): Promise<T> {
  const project = resolve(context.configuration.folder, textOption(input, 'path') ?? '.')
  const stateFolder = makeStateFolder(context, input, project)
  const folder = join(stateFolder, 'train')
  const open = async (features: OpenFeatures): Promise<T> => {
    const store = findArtifactStore(features.resources, { folder: project, stateFolder })
    const versions = openVersionStore(store)
    const base = await openBase(project, textOption(input, 'base'))
    const digests = digestFeatures(features.resources)
    const environment = textOption(input, 'environment') ?? productionEnvironment
    const fileDigests = await openFileDigests(folder)
    try {
      return await use({
        ...features,
        project,
        folder,
        datasets: join(folder, 'datasets'),
        store,
        versions,
        base,
        production: openProduction(base, versions),
        rules: openRuleReader({
          base,
          project,
          resources: features.resources,
          commit: features.commit,
          environment: productionEnvironment,
        }),
        digests,
        fileDigests,
        datasetDigests: await openDatasetDigests(folder),
        now: BigInt(context.clock.now()) * 1000n,
        listPushed: async (view) => {
          const digest = digests.views.get(view)
          if (digest === undefined) throw new Error(`a valid commit has a digest of the view ${view}`)
          return (await openArtifactNotes().list(store, segmentTopic(environment, digest))).map(({ name }) => name)
        },
      })
    } finally {
      await fileDigests.save()
    }
  }
  return withFeatures(context, input, open)
}

/** Outside of a repository it lies beside mainward.yaml. */
function makeStateFolder({ configuration }: CliContext, input: CommandInput, project: string): string {
  const root = findRoot(project)
  const given = textOption(input, 'state')
  const folder = given === null ? join(root ?? project, stateFolderName) : resolve(configuration.folder, given)
  ensureStateFolder(folder, root === null ? null : findRepository(root))
  return folder
}

function findRoot(project: string): string | null {
  try {
    const { workTree, gitdir } = openRepository(project)
    return workTree ?? gitdir
  } catch (thrown) {
    if (thrown instanceof MainwardError && thrown.code === 'not-found') return null
    throw thrown
  }
}

const datasetsFile = 'dataset-digests.json'

async function openDatasetDigests(folder: string): Promise<DatasetDigests> {
  const known = new Map<string, Digest>(Object.entries(await readJson(join(folder, datasetsFile))))
  return {
    find: (sources) => known.get(sources) ?? null,
    async keep(sources, dataset) {
      known.set(sources, dataset)
      await writeWhole(folder, datasetsFile, Buffer.from(JSON.stringify(Object.fromEntries(known))))
    },
  }
}

/** What is not there, or was damaged, is as nothing: it is computed again. */
async function readJson(path: string): Promise<Readonly<Record<string, Digest>>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, Digest>>
  } catch (thrown) {
    if (thrown instanceof SyntaxError || (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) return {}
    throw thrown
  }
}

/** Removes what earlier commands left in a folder, but for the entries of these names. */
export async function keepOnly(folder: string, isOurs: (name: string) => boolean, keep: readonly string[]): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names)
    if (isOurs(name) && !keep.includes(name)) await rm(join(folder, name), { recursive: true, force: true })
}
