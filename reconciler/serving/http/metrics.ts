/** The data plane's Prometheus metrics. Label values come from the serving state alone: a client can not make new series. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Release } from '../../core/release.ts'
import type { ServingState } from '../../core/serving-state.ts'
import type { ServedRows } from '../protocol/prediction-service.ts'

export type TimedRoute = 'predict' | 'infer'

/** One answered request. `model` is empty for a model that the serving state does not name. */
export interface TimedRequest {
  readonly route: TimedRoute
  readonly model: string
  readonly status: number
  readonly seconds: number
}

export interface ObservedReplica {
  readonly state: ServingState | null
  readonly pool: { listHeld(): readonly { readonly release: Release }[] }
}

const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export class ServingMetrics {
  readonly #registry = new Registry()
  readonly #predictions: Counter<'model' | 'version' | 'variant'>
  readonly #durations: Histogram<'route' | 'model' | 'status'>
  readonly #errors: Counter<'route' | 'model' | 'reason'>
  readonly #overBudget: Counter<'model' | 'version' | 'variant'>
  readonly #inFlight: Gauge

  constructor(replica: ObservedReplica) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#predictions = new Counter({
      name: 'mainward_predictions_total',
      help: 'Rows predicted.',
      labelNames: ['model', 'version', 'variant'],
      registers,
    })
    this.#durations = new Histogram({
      name: 'mainward_request_duration_seconds',
      help: "Time from a request's last byte to its answer.",
      labelNames: ['route', 'model', 'status'],
      buckets,
      registers,
    })
    this.#errors = new Counter({
      name: 'mainward_request_errors_total',
      help: 'Requests that were refused or failed, by reason.',
      labelNames: ['route', 'model', 'reason'],
      registers,
    })
    this.#overBudget = new Counter({
      name: 'mainward_requests_over_budget_total',
      help: "Answered requests that took longer than the model's budget.",
      labelNames: ['model', 'version', 'variant'],
      registers,
    })
    this.#inFlight = new Gauge({ name: 'mainward_requests_in_flight', help: 'Requests being answered.', registers })
    observeReplica(replica, registers)
  }

  beginRequest(): void {
    this.#inFlight.inc()
  }

  endRequest({ route, model, status, seconds }: TimedRequest): void {
    this.#inFlight.dec()
    this.#durations.labels(route, model, `${Math.floor(status / 100)}xx`).observe(seconds)
  }

  countServed({ release, variant, rows }: ServedRows): void {
    this.#predictions.labels(release.model, String(release.version), variant ?? '').inc(rows)
  }

  countOverBudget({ release, variant }: ServedRows): void {
    this.#overBudget.labels(release.model, String(release.version), variant ?? '').inc()
  }

  countError(route: TimedRoute, model: string, reason: string): void {
    this.#errors.labels(route, model, reason).inc()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** The text exposition format. */
  render(): Promise<string> {
    return this.#registry.metrics()
  }
}

function observeReplica(replica: ObservedReplica, registers: Registry[]): void {
  new Gauge({
    name: 'mainward_loaded_releases',
    help: 'Releases that are loaded and proven.',
    labelNames: ['model'],
    registers,
    collect() {
      this.reset()
      for (const { release } of replica.pool.listHeld()) this.inc({ model: release.model })
    },
  })
  new Gauge({
    name: 'mainward_serving_state_epoch',
    help: 'Leader epoch of the serving state that was taken over; 0 before the first.',
    registers,
    collect() {
      this.set(replica.state?.version.epoch ?? 0)
    },
  })
  new Gauge({
    name: 'mainward_serving_state_sequence',
    help: 'Sequence of the serving state that was taken over; 0 before the first.',
    registers,
    collect() {
      this.set(replica.state?.version.sequence ?? 0)
    },
  })
}
