/** What `train` and `reproduce` work with: the features of a working tree or commit, where state lies, what main has. */
import { join, resolve } from 'node:path'
import { openArtifactNotes } from '../../artifacts/artifact-notes.ts'
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
import { openRuleReader, type RuleReader } from './changed-rules.ts'
import { type DatasetDigests, openDatasetDigests } from './dataset-digests.ts'
import { type FileDigests, openFileDigests } from './file-digests.ts'
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

/** The base commit is looked at only where `base` is given. */
export async function withTraining<T>(
  context: CliContext,
  input: CommandInput,
  use: (training: OpenTraining) => Promise<T>,
): Promise<T> {
  const place = placeTraining(context, input)
  const open = async (features: OpenFeatures): Promise<T> => {
    const opened = await openTraining(features, place, { context, input })
    try {
      return await use(opened)
    } finally {
      await opened.fileDigests.save()
    }
  }
  return withFeatures(context, input, open)
}

interface TrainingPlace {
  readonly project: string
  readonly stateFolder: string
  readonly folder: string
}

function placeTraining(context: CliContext, input: CommandInput): TrainingPlace {
  const project = resolve(context.configuration.folder, textOption(input, 'path') ?? '.')
  const stateFolder = makeStateFolder(context, input, project)
  return { project, stateFolder, folder: join(stateFolder, 'train') }
}

interface Asked {
  readonly context: CliContext
  readonly input: CommandInput
}

async function openTraining(
  features: OpenFeatures,
  { project, stateFolder, folder }: TrainingPlace,
  { context, input }: Asked,
): Promise<OpenTraining> {
  const { resources, commit } = features
  const store = findArtifactStore(resources, { folder: project, stateFolder })
  const versions = openVersionStore(store)
  const base = await openBase(project, textOption(input, 'base'))
  const digests = digestFeatures(resources)
  const environment = textOption(input, 'environment') ?? productionEnvironment
  return {
    ...features,
    project,
    folder,
    datasets: join(folder, 'datasets'),
    store,
    versions,
    base,
    production: openProduction(base, versions),
    rules: openRuleReader({ base, project, resources, commit, environment: productionEnvironment }),
    digests,
    fileDigests: await openFileDigests(folder),
    datasetDigests: await openDatasetDigests(folder),
    now: BigInt(context.clock.now()) * 1000n,
    listPushed: async (view) => {
      const digest = digests.views.get(view)
      if (digest === undefined) throw new Error(`a valid commit has a digest of the view ${view}`)
      return (await openArtifactNotes().list(store, segmentTopic(environment, digest))).map(({ name }) => name)
    },
  }
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
