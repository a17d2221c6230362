/** Which view's statistics are made next, and when again. */
import { describe, expect, it } from 'vitest'
import { planDescription } from '../../../reconciler/cli/materialise/plan-description.ts'
import type { Attempt } from '../../../reconciler/cli/materialise/plan-job.ts'
import type { Digest } from '../../../reconciler/core/digest.ts'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import type { MaterialiseOrder } from '../../../reconciler/reconcile/ports.ts'

const hourMs = 3_600_000
const definitions = { entities: [], sources: [], views: [] }
const view = (name: string): OnlineView => ({ name, digest: digestOf(name), isPushed: false, keys: [], features: [], ttlMs: null, aggregations: [] }) // prettier-ignore

function digestOf(name: string): Digest {
  return `sha256:${name}`
}

function orderAt(dataMs: number): MaterialiseOrder {
  const wanted = [{ definitions, views: [view('wind'), view('rain')] }]
  return { epoch: 1, commit: 'c', artifactStore: 'folder:x', dataMs, wanted, keep: [] }
}

function attempts(failed: readonly string[] = []): ReadonlyMap<Digest, Attempt> {
  return new Map(
    ['wind', 'rain'].map((name) => {
      const failure = failed.includes(name) ? { reason: 'r', message: 'm', count: 1, notBeforeMs: 0 } : null
      return [digestOf(name), { gridUs: 0n, commit: 'c', failure }]
    }),
  )
}

const nameOf = (...wish: Parameters<typeof planDescription>) => planDescription(...wish)?.view.name ?? null

describe('statistics of online views', () => {
  it('are made of one filled view after the other', () => {
    expect(nameOf(orderAt(0), attempts(), new Map())).toBe('wind')
    expect(nameOf(orderAt(0), attempts(), new Map([[digestOf('wind'), 0]]))).toBe('rain')
    expect(nameOf(orderAt(0), attempts(['wind']), new Map())).toBe('rain')
    expect(nameOf(orderAt(0), new Map(), new Map())).toBeNull()
  })

  it('are made again when a day of the data clock has passed, or it was set back', () => {
    const described = new Map([digestOf('wind'), digestOf('rain')].map((digest) => [digest, 5 * hourMs]))
    expect(nameOf(orderAt(29 * hourMs - 1), attempts(), described)).toBeNull()
    expect(nameOf(orderAt(29 * hourMs), attempts(), described)).toBe('wind')
    expect(nameOf(orderAt(5 * hourMs - 1), attempts(), described)).toBe('wind')
  })
})
