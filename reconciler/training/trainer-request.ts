/** What is asked of a trainer, and of the tests of its code: everything is passed in. */
import type { TrainingLimits, TrainingParams } from '../core/training-run.ts'
import type { TrainerEnvironment } from './environment/prepare-environment.ts'
import type { WatchedFolder } from './folder/fingerprint.ts'
import type { TrainerSources } from './folder/run-folder.ts'
import type { BoundedLog } from './log/bounded-log.ts'
import type { ProcessTable } from './processes/process-table.ts'

export interface TrainerRequest {
  readonly runId: string
  /** An own folder of this run, which is laid out anew. Its path should be short, and it is the caller's to remove. */
  readonly folder: string
  readonly command: readonly string[]
  readonly sources: TrainerSources
  readonly environment: TrainerEnvironment
  readonly trainFile: string
  /** Null: the training set has no such part. */
  readonly validationFile: string | null
  readonly params: TrainingParams
  readonly seed: number
  readonly limits: TrainingLimits
  /** What the trainer must not touch; the run's own folder may lie in it. */
  readonly watched: readonly WatchedFolder[]
  /** Our own variables: language and time zone pass. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly log: BoundedLog
  readonly table: ProcessTable
  /** How long the processes may take to end when they are asked to. */
  readonly graceMs: number
  readonly signal: AbortSignal
}
