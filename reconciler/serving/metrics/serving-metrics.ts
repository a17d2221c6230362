/**
 * What one serving process counts, behind handles: on the hot path nothing is made, no text and no label object. Knows no
 * protocol, and nothing of other processes.
 */
import type { Release } from '../../core/release.ts'
import { MetricRegistry, type DurationCell, type NumberCell } from './metric-registry.ts'
import { createKnownTest, versionKey, type KnownVersion, type MetricsSnapshot } from './metrics-snapshot.ts'
import { ReleaseCounters } from './release-statistics.ts'

/** The routes whose requests are counted. */
export type TimedRoute = 'predict' | 'infer' | 'grpc' | 'features' | 'push'

/** What the requests for one release on one arm come to. */
export class ArmHandle {
  readonly #rows: NumberCell
  readonly #overBudget: () => NumberCell
  readonly #fallback: () => NumberCell

  constructor(registry: MetricRegistry, { model, version }: Release, variant: string | null) {
    const labels = [model, String(version), variant ?? ''] as const
    this.#rows = registry.number('mainward_predictions_total', ...labels)
    this.#overBudget = () => registry.number('mainward_requests_over_budget_total', ...labels)
    this.#fallback = () => registry.number('mainward_fallbacks_total', ...labels)
  }

  /** Rows that were answered. */
  rows(count: number): void {
    this.#rows.add(count)
  }

  /** An answered request that took longer than the model's budget. */
  overBudget(): void {
    this.#overBudget().add(1)
  }

  /** A request for this release that its fallback answered. */
  fallback(): void {
    this.#fallback().add(1)
  }
}

/** The requests of one route for one model. */
export class RouteHandle {
  readonly #durations: (DurationCell | undefined)[] = []
  readonly #registry: MetricRegistry
  readonly #route: TimedRoute
  readonly #model: string

  constructor(registry: MetricRegistry, route: TimedRoute, model: string) {
    this.#registry = registry
    this.#route = route
    this.#model = model
  }

  observe(status: number, seconds: number): void {
    const statusClass = Math.trunc(status / 100)
    const name = 'mainward_request_duration_seconds'
    const cell = (this.#durations[statusClass] ??= this.#registry.duration(name, this.#route, this.#model, `${statusClass}xx`))
    cell.observe(seconds)
  }

  /** A request that was refused or failed. */
  error(reason: string): void {
    this.#registry.number('mainward_request_errors_total', this.#route, this.#model, reason).add(1)
  }
}

export class ServingMetrics {
  /** For what others count: metric-families.ts names it. */
  readonly registry = new MetricRegistry()
  readonly #readMs: () => number
  readonly #inFlight = this.registry.number('mainward_requests_in_flight')
  readonly #releases = new Map<string, ReleaseCounters>()
  readonly #routes: Readonly<Record<TimedRoute, Map<string, RouteHandle>>> = {
    predict: new Map(),
    infer: new Map(),
    grpc: new Map(),
    features: new Map(),
    push: new Map(),
  }
  #arms = new WeakMap<Release, Map<string | null, ArmHandle>>()

  /** `readMs` is the wall clock, in milliseconds since 1970. */
  constructor(readMs: () => number) {
    this.#readMs = readMs
  }

  /** `variant` is null for a version that was addressed and is no arm of the route. */
  forArm(release: Release, variant: string | null): ArmHandle {
    let variants = this.#arms.get(release)
    if (variants === undefined) {
      variants = new Map<string | null, ArmHandle>()
      this.#arms.set(release, variants)
    }
    let handle = variants.get(variant)
    if (handle === undefined) variants.set(variant, (handle = new ArmHandle(this.registry, release, variant)))
    return handle
  }

  /** `model` is empty for a model that is not served: callers must not pass on what a client made up. */
  forRoute(route: TimedRoute, model: string): RouteHandle {
    const handles = this.#routes[route]
    let handle = handles.get(model)
    if (handle === undefined) handles.set(model, (handle = new RouteHandle(this.registry, route, model)))
    return handle
  }

  /** The counters that say how runs of a release went. */
  forRelease({ model, version }: Release): ReleaseCounters {
    const key = versionKey(model, String(version))
    let counters = this.#releases.get(key)
    if (counters === undefined) this.#releases.set(key, (counters = new ReleaseCounters(model, String(version), this.#readMs)))
    return counters
  }

  beginRequest(): void {
    this.#inFlight.add(1)
  }

  endRequest(route: RouteHandle, status: number, seconds: number): void {
    this.#inFlight.add(-1)
    route.observe(status, seconds)
  }

  snapshot(): MetricsSnapshot {
    const statistics = [...this.#releases.values()].map((counters) => counters.snapshot())
    return { series: this.registry.snapshot(), statistics }
  }

  /** Forgets the series of models and versions that are not known. Handles of the others stay good; ask again for theirs. */
  prune(known: readonly KnownVersion[]): void {
    const isKnown = createKnownTest(known)
    for (const [key, { model, version }] of this.#releases) if (!isKnown(model, version)) this.#releases.delete(key)
    if (!this.registry.prune(isKnown)) return
    this.#arms = new WeakMap()
    for (const handles of Object.values(this.#routes)) {
      for (const model of handles.keys()) if (!isKnown(model, null)) handles.delete(model)
    }
  }
}
