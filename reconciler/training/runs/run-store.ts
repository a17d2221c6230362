/** Where runs of trainers live. */
import type { TrainingRun, TrainingRunEnd, TrainingRunStart } from '../../core/training-run.ts'

/** One value of a metric at a step of the training, as the trainer tells it. */
export interface MetricPoint {
  readonly name: string
  readonly value: number
  /** From 0; null: it belongs to no step. */
  readonly step: number | null
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

export interface RunStore {
  /** Makes the bundle of a run. Throws `conflict` when there is one with this id. */
  begin(start: TrainingRunStart): Promise<void>
  /** Where the log of a begun run is written. */
  logFile(id: string): string
  append(id: string, points: readonly MetricPoint[]): Promise<void>
  /** What the run was is complete then, and does not change any more. Throws `conflict` when it has ended already. */
  finish(id: string, end: TrainingRunEnd): Promise<void>
  /** Null: there is no such run. A run whose process is gone without `finish` is `interrupted`. */
  read(id: string): Promise<TrainingRun | null>
  /** All runs, the newest first. */
  list(): Promise<readonly TrainingRun[]>
}
