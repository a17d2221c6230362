/** What really happened after a prediction, as a line of JSON: a label, or a named event. Knows neither protocol nor store. */
import type { Instant } from '../../core/clock.ts'

export interface OutcomeRecord {
  /** Given by the caller, or the digest of the content: the same outcome is stored once. */
  readonly id: string
  readonly environment: string
  /** When it happened, by the data clock. */
  readonly time: Instant
  /** When it arrived, by the wall clock. */
  readonly received_at: Instant
  readonly request_id?: string
  /** Position of the row in that request. */
  readonly row_index?: number
  readonly model?: string
  readonly unit?: string
  /** What the model was to predict. Exactly one of `label` and `event`. */
  readonly label?: OutcomeValue
  readonly event?: string
  readonly value?: OutcomeValue
}

export type OutcomeValue = number | boolean | string
