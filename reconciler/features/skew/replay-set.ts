/** What is replayed with one set of definitions: lookups of views, and what was computed of them. */
import type { ViewMaterials } from '../compute/plan-computation.ts'
import type { PushedSegments } from '../ports.ts'
import type { RecordedLookup } from './recorded-lookup.ts'
import type { RecordedComputation } from './replay-on-demand.ts'

export interface ReplaySet {
  readonly materials: ViewMaterials
  /** What was pushed under these definitions. */
  readonly pushed: PushedSegments
  readonly lookups: readonly RecordedLookup[]
  /** On-demand features that were computed of them, and of requests. */
  readonly computations: readonly RecordedComputation[]
}
