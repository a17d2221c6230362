/** What a command on features works with: the definitions of a working tree or a commit, and where their rows come from. */
import { mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import { hasErrors } from '../../core/finding.ts'
import type { Resource } from '../../core/resource.ts'
import { openQueryReader } from '../../database/query-reader.ts'
import type { ComputationPorts } from '../../features/compute/open-computation.ts'
import { createEngineKeeper } from '../../features/engine/engine-keeper.ts'
import type { EngineOptions } from '../../features/engine/open-engine.ts'
import type { PushedSegments } from '../../features/ports.ts'
import { createFolderFiles } from '../../features/sources/folder-files.ts'
import { createSecretReader } from '../../features/sources/secret-reader.ts'
import { openRepository } from '../../git/open-repository.ts'
import { assembleCommit } from '../../manifests/assemble.ts'
import { digestFeatures } from '../../manifests/features/feature-digests.ts'
import { buildFeatureDefinitions, type FeatureDefinitions } from '../../manifests/feature-definitions.ts'
import { renderFindings } from '../../manifests/findings-text.ts'
import type { DependencyGraph } from '../../manifests/graph.ts'
import { stateFolderName } from '../../supervisor/state-folder.ts'
import { type CommandInput, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { createCommitFiles } from './commit-files.ts'
import { readEngineOptions } from './engine-options.ts'
import { findArtifactStore } from './find-artifact-store.ts'
import { createPushedSegments } from './pushed-segments.ts'

export interface OpenFeatures {
  readonly resources: readonly Resource[]
  readonly definitions: FeatureDefinitions
  readonly graph: DependencyGraph
  /** What was read, in words. */
  readonly origin: string
  /** Null: a working tree. */
  readonly commit: string | null
  readonly ports: ComputationPorts
  /** Rows that were pushed under other definitions than those of the manifests: digests by view. Others have none. */
  readonly pushedOf: (digests: ReadonlyMap<string, Digest>) => PushedSegments
  /** Ends with Ctrl-C. Engines that a command opens one after the other have one process. */
  readonly engine: EngineOptions & { readonly signal: AbortSignal }
}

/** How long one fetch of a source's query may take, in milliseconds. */
const fetchTimeoutMs = 600_000

/**
 * Runs `use` with the features of `--path` at `--ref`; what was written for it is removed in any case. Throws `invalid-input` after it
 * has printed the findings of manifests with errors.
 */
export async function withFeatures<T>(
  context: CliContext,
  input: CommandInput,
  use: (features: OpenFeatures) => Promise<T>,
): Promise<T> {
  const folder = resolve(context.configuration.folder, textOption(input, 'path') ?? '.')
  const source = await readManifests(folder, textOption(input, 'ref'))
  const { findings, resources, graph } = assembleCommit(source.contents, { mode: 'proposed' })
  if (hasErrors(findings)) {
    const errors = findings.filter(({ severity }) => severity === 'error')
    context.terminal.writeError(renderFindings(errors, 'text'))
    throw new MainwardError('invalid-input', `${source.origin} has errors`, { hint: 'mainward validate lists them' })
  }
  const commit = source.commit?.id ?? null
  const given = textOption(input, 'state')
  const stateFolder = given === null ? null : resolve(context.configuration.folder, given)
  const workFolder = await mkdtemp(join(tmpdir(), 'mainward-features-'))
  const place = {
    store: findArtifactStore(resources, { folder, stateFolder }),
    environment: textOption(input, 'environment') ?? 'production',
    folder: join(workFolder, 'pushed'),
  }
  const keeper = createEngineKeeper()
  const pushedOf: OpenFeatures['pushedOf'] = (digests) => createPushedSegments({ ...place, digests })
  try {
    return await use({
      resources,
      definitions: buildFeatureDefinitions(resources),
      graph,
      origin: source.origin,
      commit,
      ports: {
        ...openPorts(context, folder, commit, join(workFolder, 'files')),
        pushed: pushedOf(digestFeatures(resources).views),
      },
      pushedOf,
      engine: {
        ...readEngineOptions(input),
        spillFolder: chooseSpillFolder(folder, workFolder),
        signal: context.interruption(),
        keeper,
      },
    })
  } finally {
    await keeper.close()
    await rm(workFolder, { recursive: true, force: true })
  }
}

function openPorts({ configuration }: CliContext, folder: string, commit: string | null, filesFolder: string): ComputationPorts {
  return {
    files: commit === null ? createFolderFiles(folder) : createCommitFiles(openRepository(folder), commit, filesFolder),
    queries: openQueryReader({ statementTimeoutMs: fetchTimeoutMs }),
    secrets: createSecretReader({ environment: configuration.childEnvironment, folder }),
  }
}

/** In the state folder where there is one: it lies on the disk that was chosen for such things. */
function chooseSpillFolder(folder: string, workFolder: string): string {
  const state = join(folder, stateFolderName)
  return existsSync(state) ? join(state, 'spill') : join(workFolder, 'spill')
}
