/**
 * The disk of a data plane: the last state, and the model files that it needs. Written in this order, so that what a state on
 * disk names is there. Knows nothing of what is done with either.
 */
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { ArtifactReader, StateMemory } from '../ports.ts'
import { ArtifactCache } from '../releases/artifact-cache.ts'
import { findStateProblem } from './check-state.ts'
import { readStateFile, type RememberedState } from './state-file.ts'
import { StateKeeper } from './state-keeper.ts'

export interface DiskOptions {
  /** Absolute path; this module writes only `state.json` and `artifacts/` in it. */
  readonly folder: string
  readonly environment: string
  /** Where artifacts come from that are not on disk yet. */
  readonly origin: ArtifactReader
  readonly log: Logger
}

export class DiskMemory implements StateMemory {
  readonly artifacts: ArtifactCache
  readonly #options: DiskOptions
  readonly #stateFile: string
  readonly #keeper: StateKeeper
  #newest: RememberedState | null = null

  constructor(options: DiskOptions) {
    const { folder, origin, log } = options
    this.#options = options
    this.#stateFile = join(folder, 'state.json')
    this.artifacts = new ArtifactCache({ folder: join(folder, 'artifacts'), origin, log })
    this.#keeper = new StateKeeper(this.#stateFile, log, (kept) => void this.#prune(kept))
  }

  /** A state that is damaged, or of another environment, is logged and ignored: it is fetched again. */
  async recall(): Promise<RememberedState | null> {
    const found = await readStateFile(this.#stateFile)
    if (found.type === 'absent') return null
    const { environment, log } = this.#options
    const problem = found.type === 'corrupt' ? found.message : findStateProblem(found.remembered.state, environment)
    if (problem !== null) log.error({ reason: problem }, 'the state on disk is ignored and fetched again')
    return found.type === 'found' && problem === null ? found.remembered : null
  }

  keep(remembered: RememberedState): void {
    this.#newest = remembered
    this.#keeper.keep(remembered)
  }

  /** Resolves when what was handed over is on disk, or could not be. */
  async close(): Promise<void> {
    await this.#keeper.flush()
    await this.artifacts.close()
  }

  /** What the state on disk names stays, and what was handed over since. */
  #prune(kept: RememberedState): Promise<void> {
    return this.artifacts.prune(() => new Set([kept, this.#newest ?? kept].flatMap(listArtifacts)))
  }
}

function listArtifacts({ state, heldReleases }: RememberedState): readonly string[] {
  return [...Object.values(state.releases), ...Object.values(heldReleases)].map(({ artifact }) => artifact.sha256)
}
