/** Counts what became of every prediction that was handed over to be recorded. Plain numbers, which can be sent and added up. */

/** Why a record is not there. */
export type LossReason = keyof typeof noLosses

const noLosses = {
  /** The queue in memory was full. */
  memory: 0,
  /** More than the largest number of records a second, in spite of the sampling. */
  rate: 0,
  /** The disk was full or failed. */
  disk: 0,
  /** The record could not be written as text. */
  encoding: 0,
  /** The spool on disk reached its limit before the database took it. */
  'spool-full': 0,
  /** The database refused the line: it lies in the folder `rejected`. */
  rejected: 0,
  /** Older than the retention when it reached the database. */
  expired: 0,
}

export interface RecordingCounts {
  /** Records that were handed over to the spool. */
  readonly recorded: number
  /** Not drawn: they are represented by others. */
  readonly sampledOut: number
  readonly lost: Readonly<Record<LossReason, number>>
  /** Outcomes that were acknowledged. */
  readonly outcomes: number
}

export class RecordingCounter {
  #recorded = 0
  #sampledOut = 0
  #outcomes = 0
  readonly #lost: Record<LossReason, number> = { ...noLosses }

  addRecorded(rows: number): void {
    this.#recorded += rows
  }

  addSampledOut(rows: number): void {
    this.#sampledOut += rows
  }

  addOutcomes(count: number): void {
    this.#outcomes += count
  }

  addLost(reason: LossReason, rows: number): void {
    this.#lost[reason] += rows
  }

  read(): RecordingCounts {
    return { recorded: this.#recorded, sampledOut: this.#sampledOut, lost: { ...this.#lost }, outcomes: this.#outcomes }
  }
}
