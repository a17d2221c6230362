import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MetricRegistry } from '../../../reconciler/serving/metrics/metric-registry.ts'
import type { KnownVersion, MetricsSnapshot } from '../../../reconciler/serving/metrics/metrics-snapshot.ts'
import { Totals } from '../../../reconciler/serving/primary/count-totals.ts'

const bench: KnownVersion = { model: 'bench', version: 1 }
const name = 'mainward_predictions_total'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** What a worker says: so many predictions, and how many releases it has loaded. */
function counted(predictions: number, { model = 'bench', version = 1 } = {}): MetricsSnapshot {
  const labels = [model, String(version), 'stable']
  return { series: [{ name, labels, values: [predictions] }], statistics: [] }
}

function predictionsOf({ series }: MetricsSnapshot): number {
  return series.filter((one) => one.name === name).reduce((sum, { values: [value = 0] }) => sum + value, 0)
}

interface Setting {
  readonly totals: Totals
  readonly alive: number[]
  readonly known: KnownVersion[]
  readonly rounds: () => number
}

function createTotals(...alive: number[]): Setting {
  const known = [bench]
  let rounds = 0
  const askAll = () => {
    rounds++
    return alive
  }
  return { totals: new Totals(new MetricRegistry(), { askAll, listKnown: () => known }), alive, known, rounds: () => rounds }
}

describe('the totals of all workers', () => {
  it('are the sum of what each says, once each has answered', async () => {
    const { totals } = createTotals(1, 2)
    const gathering = totals.gather()
    totals.take(1, counted(3), true)
    totals.take(2, counted(4), true)
    expect(predictionsOf(await gathering)).toBe(7)
  })

  it('wait for the answer, not for what was on its way already', async () => {
    const { totals } = createTotals(1)
    const gathering = totals.gather()
    totals.take(1, counted(3), false)
    totals.take(1, counted(5), true)
    expect(predictionsOf(await gathering)).toBe(5)
  })

  it('count a worker that does not answer with what it said last, after half a second', async () => {
    const { totals } = createTotals(1, 2)
    totals.take(1, counted(3), false)
    const gathering = totals.gather()
    let isThere = false
    void gathering.then(() => (isThere = true))
    totals.take(2, counted(4), true)
    await vi.advanceTimersByTimeAsync(499)
    expect(isThere).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(predictionsOf(await gathering)).toBe(7)
  })

  it('keep what a dead worker had counted, and do not wait for it', async () => {
    const { totals, alive } = createTotals(1, 2)
    totals.take(1, counted(3), false)
    const gathering = totals.gather()
    totals.take(2, counted(4), true)
    totals.bury(1)
    expect(predictionsOf(await gathering)).toBe(7)
    alive.splice(0, 2)
    expect(predictionsOf(await totals.gather())).toBe(7)
    totals.bury(2)
    totals.take(3, counted(10), false)
    totals.bury(3)
    expect(predictionsOf(await totals.gather())).toBe(17)
  })

  it('forget a version that nothing names any more, also what the dead had counted of it', async () => {
    const { totals, known } = createTotals()
    totals.take(1, counted(3), false)
    totals.bury(1)
    totals.take(2, counted(4, { version: 2 }), false)
    expect(predictionsOf(await totals.gather())).toBe(3)
    known.splice(0, 1, { model: 'bench', version: 2 })
    totals.prune()
    known.push(bench)
    expect(predictionsOf(await totals.gather())).toBe(4)
  })

  it('are never older than the question: who asks during a round gets the next one, together with all others', async () => {
    const { totals, rounds } = createTotals(1)
    const early = totals.gather()
    const late = [totals.gather(), totals.gather()]
    totals.take(1, counted(1), true)
    expect(predictionsOf(await early)).toBe(1)
    await vi.advanceTimersByTimeAsync(0)
    totals.take(1, counted(2), true)
    expect((await Promise.all(late)).map(predictionsOf)).toEqual([2, 2])
    expect(rounds()).toBe(2)
  })
})
