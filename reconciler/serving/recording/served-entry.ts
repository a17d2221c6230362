/** What the prediction path hands over to be recorded: references, nothing is copied or written there. Knows no encoding. */
import type { Release } from '../../core/release.ts'
import type { ServingState } from '../../core/serving-state.ts'
import type { Tensors } from '../../inference/tensor.ts'
import type { JoinedRows } from '../features/joined-rows.ts'

/** The rows of one request that one run answered. */
export interface ServedEntry {
  readonly requestId: string
  /** The release that answered: the fallback's, when there was one. */
  readonly release: Release
  readonly variant: string | null
  /** True when units decide the arm: then every row that has one was an exposure. False when a version was addressed. */
  readonly assigned: boolean
  /** One unit for all rows, or one for each row of this entry. */
  readonly units: string | null | readonly (string | null)[]
  readonly rows: number
  /** Each row's position in the request; null: 0, 1, 2… */
  readonly positions: readonly number[] | null
  /** As the model got them: `rows` rows in the first dimension. Not changed after the call. */
  readonly inputs: Tensors
  /** As the model answered them; not changed after the call. */
  readonly outputs: Tensors
  /** What was read of the release's views; null: it has none. Not changed after the call. */
  readonly joined: JoinedRows | null
  readonly latencyMs: number
  /** When the request was answered, by the wall clock. */
  readonly wallMs: number
  /** The serving state that held. */
  readonly state: Pick<ServingState, 'version' | 'dataTime'>
  /** Why the fallback answered; null: it did not. */
  readonly fallback: string | null
}

export interface Recorder {
  /** Never throws, never waits, makes no text: well under a microsecond. */
  record(entry: ServedEntry): void
}
