/** Prometheus metrics of the control plane. Names follow the Prometheus conventions: base units, `_total` for counters. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RolloutState } from '../../core/rollout-state.ts'
import type { FinishedPass } from '../control-loop.ts'

export class ControlMetrics {
  readonly #registry = new Registry()
  readonly #passes: Counter<'outcome'>
  readonly #duration: Histogram
  readonly #failedStages: Gauge
  readonly #leading: Gauge
  readonly #weight: Gauge<'rollout' | 'arm' | 'version'>
  readonly #phase: Gauge<'rollout' | 'phase'>

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
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  setLeading(leading: boolean): void {
    this.#leading.set(leading ? 1 : 0)
  }

  countPass({ completed, durationMs, failedStages, states }: FinishedPass): void {
    this.#passes.inc({ outcome: completed ? 'completed' : 'ended' })
    this.#duration.observe(durationMs / 1000)
    this.#failedStages.set(failedStages)
    if (states !== null) this.#showRollouts(states)
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

  render(): Promise<string> {
    return this.#registry.metrics()
  }
}
