/** Counts what a replay's predictions came to. Pure but for its own counters. */

/** What one prediction came to. */
export type ReplayOutcome =
  | {
      readonly type: 'answered'
      readonly model: string
      readonly version: number
      readonly variant: string | null
      readonly latencyMs: number
    }
  /** `unanswered`: nobody answered at all. */
  | { readonly type: 'failed'; readonly reason: string; readonly unanswered?: boolean }

export interface ReplaySummary {
  readonly sent: number
  readonly answered: number
  readonly elapsedMs: number
  /** Answered predictions a second. */
  readonly rate: number
  /** Milliseconds; null when nothing was answered. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number } | null
  /** By model, version and variant, in this order. */
  readonly arms: readonly ArmCount[]
  /** Reasons of failures with their number, the most frequent first. */
  readonly failures: readonly { readonly reason: string; readonly count: number }[]
}

export interface ArmCount {
  readonly model: string
  readonly version: number
  readonly variant: string | null
  readonly count: number
  /** Share of the model's answers, 0 to 1. */
  readonly share: number
}

export class ReplayTally {
  readonly #latencies: number[] = []
  readonly #arms = new Map<string, Omit<ArmCount, 'share'>>()
  readonly #failures = new Map<string, number>()
  #failed = 0

  add(outcome: ReplayOutcome): void {
    if (outcome.type === 'failed') {
      this.#failed += 1
      this.#failures.set(outcome.reason, (this.#failures.get(outcome.reason) ?? 0) + 1)
      return
    }
    const { model, version, variant, latencyMs } = outcome
    const key = JSON.stringify([model, version, variant])
    this.#latencies.push(latencyMs)
    this.#arms.set(key, { model, version, variant, count: (this.#arms.get(key)?.count ?? 0) + 1 })
  }

  get sent(): number {
    return this.#latencies.length + this.#failed
  }

  get failed(): number {
    return this.#failed
  }

  summarize(elapsedMs: number): ReplaySummary {
    const answered = this.#latencies.length
    return {
      sent: this.sent,
      answered,
      elapsedMs,
      rate: elapsedMs === 0 ? 0 : (answered * 1000) / elapsedMs,
      latencyMs: summarizeLatencies(this.#latencies),
      arms: summarizeArms([...this.#arms.values()]),
      failures: [...this.#failures].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    }
  }
}

function summarizeLatencies(latencies: readonly number[]): ReplaySummary['latencyMs'] {
  if (latencies.length === 0) return null
  const sorted = Float64Array.from(latencies).sort()
  return { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) }
}

/** The smallest value that at least the share `q` of all values does not exceed (nearest rank; numpy's `inverted_cdf`). */
function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

function summarizeArms(arms: readonly Omit<ArmCount, 'share'>[]): readonly ArmCount[] {
  const totals = new Map<string, number>()
  for (const { model, count } of arms) totals.set(model, (totals.get(model) ?? 0) + count)
  const order = ({ model, version, variant }: Omit<ArmCount, 'share'>): string =>
    `${model}\u0000${String(version).padStart(12, '0')}\u0000${variant ?? ''}`
  return arms
    .map((arm) => ({ ...arm, share: arm.count / (totals.get(arm.model) ?? arm.count) }))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
