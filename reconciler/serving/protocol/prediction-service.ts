/** What the protocols share: the view of the replica, the limits, and the shape of an answer. Knows no HTTP. */
import type { Release } from '../../core/release.ts'
import type { ServingLimits } from '../limits.ts'
import type { RouteView } from '../routing/find-route.ts'
import type { RequestValidators } from './request-schemas.ts'

export interface PredictionService {
  readonly view: RouteView
  readonly limits: ServingLimits
  readonly validators: RequestValidators
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
}
