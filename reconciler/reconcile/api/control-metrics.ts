/** Prometheus metrics of the control plane. Names follow the Prometheus conventions: base units, `_total` for counters. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { shortDigest, type Digest } from '../../core/digest.ts'
import type { RolloutState } from '../../core/rollout-state.ts'
import type { FinishedPass } from '../control-loop.ts'
import type { PushLogStanding, ViewStanding } from '../memory.ts'

export class ControlMetrics {
  readonly #registry = new Registry()
  readonly #passes: Counter<'outcome'>
  readonly #duration: Histogram
  readonly #failedStages: Gauge
  readonly #leading: Gauge
  readonly #weight: Gauge<'rollout' | 'arm' | 'version'>
  readonly #phase: Gauge<'rollout' | 'phase'>
  readonly #viewRows: Gauge<'view' | 'definition'>
  readonly #viewLag: Gauge<'view' | 'definition'>
  readonly #viewFailed: Gauge<'view' | 'definition'>
  readonly #pushLogAge: Gauge<'view' | 'definition'>

  constructor(environment: string) {
    const registers = [this.#registry]
    this.#registry.setDefaultLabels({ environment })
    collectDefaultMetrics({ register: this.#registry })
    this.#passes = new Counter({
      name: 'mainward_reconcile_passes_total',
      help: 'Passes of the control loop: completed, or ended early by a lost database or leadership.',
      labelNames: ['outcome'],
      registers,
    })
    this.#duration = new Histogram({
      name: 'mainward_reconcile_pass_duration_seconds',
      help: 'Duration of a pass.',
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    })
    this.#failedStages = new Gauge({
      name: 'mainward_reconcile_failed_stages',
      help: 'Stages of the newest pass that failed.',
      registers,
    })
    this.#leading = new Gauge({ name: 'mainward_leader', help: '1 while this process leads, else 0.', registers })
    this.#weight = new Gauge({
      name: 'mainward_rollout_weight_percent',
      help: 'Share of the units that an arm gets.',
      labelNames: ['rollout', 'arm', 'version'],
      registers,
    })
    this.#phase = new Gauge({
      name: 'mainward_rollout_phase',
      help: '1 for the phase that the rollout is in.',
      labelNames: ['rollout', 'phase'],
      registers,
    })
    const ofView = { labelNames: ['view', 'definition'] as const, registers }
    this.#viewRows = new Gauge({ ...ofView, name: 'mainward_online_view_rows', help: 'Rows of an online view.' })
    this.#viewLag = new Gauge({
      ...ofView,
      name: 'mainward_online_view_lag_seconds',
      help: 'How far the rows of an online view are behind the data clock. None before the first fill, and for pushed views.',
    })
    this.#viewFailed = new Gauge({
      ...ofView,
      name: 'mainward_online_view_failed',
      help: '1 while the newest attempt to compute an online view failed, else 0.',
    })
    this.#pushLogAge = new Gauge({
      ...ofView,
      name: 'mainward_push_log_oldest_seconds',
      help: 'How long the oldest pushed row that is in no segment has waited for one, on the data clock. 0: none waits.',
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  setLeading(leading: boolean): void {
    this.#leading.set(leading ? 1 : 0)
  }

  countPass({ completed, durationMs, failedStages, states, views, pushLogs }: FinishedPass): void {
    this.#passes.inc({ outcome: completed ? 'completed' : 'ended' })
    this.#duration.observe(durationMs / 1000)
    this.#failedStages.set(failedStages)
    if (states !== null) this.#showRollouts(states)
    this.#showViews(views)
    this.#showPushLogs(pushLogs)
  }

  /** Series of rollouts that are gone disappear. */
  #showRollouts(states: readonly RolloutState[]): void {
    this.#weight.reset()
    this.#phase.reset()
    for (const { rollout, phase, traffic } of states) {
      this.#phase.set({ rollout, phase }, 1)
      for (const { name, version, weight } of traffic.arms) this.#weight.set({ rollout, arm: name, version }, weight)
    }
  }

  /** `definition`: the first twelve digits of the digest. A view has several while served versions embed older ones. */
  #showViews(views: readonly ViewStanding[]): void {
    for (const gauge of [this.#viewRows, this.#viewLag, this.#viewFailed]) gauge.reset()
    for (const { view, digest, rows, lagMs, failure } of views) {
      const labels = labelsOf(view, digest)
      this.#viewRows.set(labels, rows)
      this.#viewFailed.set(labels, failure === null ? 0 : 1)
      if (lagMs !== null) this.#viewLag.set(labels, lagMs / 1000)
    }
  }

  #showPushLogs(logs: readonly PushLogStanding[]): void {
    this.#pushLogAge.reset()
    for (const { view, digest, ageMs } of logs) this.#pushLogAge.set(labelsOf(view, digest), ageMs / 1000)
  }

  render(): Promise<string> {
    return this.#registry.metrics()
  }
}

function labelsOf(view: string, digest: Digest): { readonly view: string; readonly definition: string } {
  return { view, definition: shortDigest(digest) }
}
