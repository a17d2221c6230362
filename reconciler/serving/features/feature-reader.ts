/**
 * Asks the online store for a request: once, within a time, and never for more requests at once than memory bears. Counts what was
 * found. A store that can not be asked is an error of its own, so that nothing takes its silence for missing values.
 */
import type { Logger } from 'pino'
import { messageOf } from '../../core/error.ts'
import type { MetricRegistry, NumberCell } from '../metrics/metric-registry.ts'
import type { OnlineAnswer, OnlineRequest, OnlineStore } from '../ports.ts'
import { logProblem } from '../state/log-problem.ts'
import { withTimeLimit } from '../state/time-limit.ts'
import { combineReads } from './combined-reads.ts'
import type { ComputedRow } from './computed-rows.ts'
import { FeaturesUnavailableError, isPassing } from './features-unavailable.ts'
import { planLookups, type ViewLookup } from './view-lookups.ts'
import type { ViewJoin } from './view-join.ts'
import type { RowStatus, ViewRow } from './view-row.ts'

export interface ReaderLimits {
  /** Time in which the store must answer. */
  readonly featureReadMs: number
  /** Reads of the store that wait for their answer; more are refused. */
  readonly waitingReads: number
}

export interface FeatureReaderParts {
  readonly store: OnlineStore
  readonly limits: ReaderLimits
  readonly registry: MetricRegistry
  readonly log: Logger
  /** The data clock, microseconds since the epoch. */
  readonly dataMicros: () => bigint
}

/** A read of 64 keys takes longer than its way there and back on one machine, and one of 500 a few milliseconds. */
const combining = { atOnce: 4, enoughKeys: 64, mostKeys: 500, slowMs: 5 }

type RowCounts = Readonly<Record<RowStatus, NumberCell>>

export class FeatureReader {
  readonly #parts: FeatureReaderParts
  readonly #read: OnlineStore['read']
  readonly #rows = new Map<string, RowCounts>()
  #waiting = 0
  #isAway = false

  constructor(parts: FeatureReaderParts) {
    this.#parts = parts
    this.#read = combineReads((requests) => parts.store.read(requests), { ...combining, giveUpMs: parts.limits.featureReadMs })
  }

  /** The rows of each lookup, in the order of its keys: one round trip. Throws FeaturesUnavailableError. */
  async read(lookups: readonly ViewLookup[]): Promise<readonly (readonly ViewRow[])[]> {
    const { requests, spread } = planLookups(lookups)
    const atUs = this.#parts.dataMicros()
    const answers = requests.length === 0 ? [] : await this.#ask(requests)
    const found = spread(answers, atUs)
    lookups.forEach(({ view }, index) => this.#count(view.name, found[index] ?? []))
    return found
  }

  /** Counts the on-demand features that could not be computed. */
  countComputed(model: string, { onDemand }: ViewJoin, computed: readonly ComputedRow[]): void {
    for (const { values } of computed) {
      values.forEach(({ isFailed }, at) => {
        const name = isFailed ? onDemand?.features[at]?.feature.name : undefined
        if (name !== undefined) this.#parts.registry.number('mainward_on_demand_failures_total', model, name).add(1)
      })
    }
  }

  async #ask(requests: readonly OnlineRequest[]): Promise<readonly OnlineAnswer[]> {
    const { limits } = this.#parts
    if (this.#waiting >= limits.waitingReads) throw new FeaturesUnavailableError('too many requests wait for the online store')
    const startedAt = performance.now()
    this.#waiting++
    let isAnswered = false
    try {
      const answers = await withTimeLimit(this.#read(requests), limits.featureReadMs, 'the online store')
      isAnswered = true
      this.#tell(null)
      return answers
    } catch (error) {
      if (!isPassing(error)) throw error
      this.#tell(messageOf(error))
      throw new FeaturesUnavailableError('the features can not be read: the online store is away', error)
    } finally {
      this.#waiting--
      this.#observe(isAnswered ? 'ok' : 'failed', performance.now() - startedAt)
    }
  }

  #observe(result: 'ok' | 'failed', milliseconds: number): void {
    this.#parts.registry.duration('mainward_feature_read_duration_seconds', result).observe(milliseconds / 1000)
  }

  /** Once when it begins, and once when it is over. */
  #tell(message: string | null): void {
    if ((message !== null) === this.#isAway) return
    this.#isAway = message !== null
    logProblem(this.#parts.log, 'the online store is away: features can not be read', message)
  }

  #count(view: string, rows: readonly ViewRow[]): void {
    let counts = this.#rows.get(view)
    if (counts === undefined) {
      const { registry } = this.#parts
      const of = (status: RowStatus) => registry.number('mainward_feature_rows_total', view, status)
      counts = { PRESENT: of('PRESENT'), NOT_FOUND: of('NOT_FOUND'), OUTSIDE_MAX_AGE: of('OUTSIDE_MAX_AGE') }
      this.#rows.set(view, counts)
    }
    for (const { status } of rows) counts[status].add(1)
  }
}
