/** What the protocols share: the view of the replica, the limits, and the shape of an answer. Knows no HTTP. */
import type { Release } from '../../core/release.ts'
import type { FeatureReader } from '../features/feature-reader.ts'
import type { ServingLimits } from '../limits.ts'
import type { Recorder } from '../recording/served-entry.ts'
import type { RouteView } from '../routing/find-route.ts'
import type { RequestValidators } from './request-schemas.ts'

export interface PredictionService {
  readonly view: RouteView
  readonly limits: ServingLimits
  readonly validators: RequestValidators
  readonly recorder: Recorder
  /** Reads the features of releases with views. */
  readonly reader: FeatureReader
  /** The wall clock, milliseconds since 1970. */
  readonly wallNow: () => number
}

/** A request that was answered. */
export interface Answer {
  /** JSON text. */
  readonly body: string
  /** One entry for every release that answered some of its rows. */
  readonly served: readonly ServedRows[]
}

export interface ServedRows {
  readonly release: Release
  /** Name of the arm; null when a version was addressed that is no arm of the route. */
  readonly variant: string | null
  readonly rows: number
  /** The release that was asked and could not answer; null: this one was asked. */
  readonly insteadOf: Release | null
}
