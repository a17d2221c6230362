/** How many online rows a change computes anew and removes, of counts that are given by definition. */
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../reconciler/core/digest.ts'
import { digestFeatures } from '../../reconciler/manifests/features/feature-digests.ts'
import { canaryExample, trainingExample } from '../../reconciler/manifests/rules/examples.ts'
import { countOnlineRows, type StoredOnline } from '../../reconciler/reconcile/count-online-rows.ts'
import { assembleFeatures, type Change } from '../manifests/feature-commit.ts'

const resourcesOf = (...changes: readonly Change[]) => assembleFeatures(changes).resources
const digestOf = (...changes: readonly Change[]): Digest =>
  digestFeatures(resourcesOf(...changes)).views.get('airport_weather') ?? 'sha256:'

/** What version 3, which the rollout serves, embeds in the example. */
const embedded = (/digest: (sha256:\S+)/.exec(trainingExample)?.[1] ?? 'sha256:') as Digest
const ttl: Change = ['ttl: 3h', 'ttl: 4h']
const more: Change = ['ttl: 3h', 'ttl: 5h']
const unserved: Change = [`---\n${canaryExample}`, '']
const id = 'FeatureView/airport_weather'

const store = (rows: Readonly<Record<Digest, number>>): StoredOnline => ({
  rows: new Map(Object.entries(rows) as [Digest, number][]),
  filled: new Set(Object.keys(rows) as Digest[]),
})

interface Asked {
  readonly stored: StoredOnline | string
  readonly environment?: string
  readonly pending?: readonly string[]
}

function count(before: readonly Change[], after: readonly Change[], { stored, environment = 'production', pending = [] }: Asked) {
  const sides = { before: resourcesOf(...before), after: resourcesOf(...after) }
  return countOnlineRows({ ...sides, environment, pending: new Set(pending), stored })
}

describe('a change of a definition', () => {
  it('computes as many rows as the definition before has, and removes those when nothing reads them', () => {
    const found = count([ttl, unserved], [more, unserved], { stored: store({ [digestOf(ttl)]: 40 }) })
    expect(found).toEqual([{ id, rebuilt: 40, removed: 40, unknown: null }])
  })

  it('keeps the rows of a definition that a served version embeds, but not for other environments', () => {
    expect(digestOf()).toBe(embedded)
    const stored = store({ [embedded]: 40 })
    expect(count([], [ttl], { stored })).toEqual([{ id, rebuilt: 40, removed: 0, unknown: null }])
    expect(count([], [ttl], { stored, environment: 'staging' })).toEqual([{ id, rebuilt: 40, removed: 40, unknown: null }])
  })

  it('computes nothing where the store still has the new definition', () => {
    const stored = store({ [digestOf(ttl)]: 41, [embedded]: 40 })
    expect(count([ttl], [], { stored })).toEqual([{ id, rebuilt: 0, removed: 41, unknown: null }])
  })

  it('is not counted before the first fill', () => {
    const unknown = 'no definition of it was ever computed'
    expect(count([unserved], [ttl, unserved], { stored: store({}) })).toEqual([{ id, rebuilt: null, removed: 0, unknown }])
  })

  it('is not known where nobody counts', () => {
    expect(count([unserved], [ttl, unserved], { stored: 'why' })).toEqual([{ id, rebuilt: null, removed: null, unknown: 'why' }])
    expect(count([], [ttl], { stored: 'why' })).toEqual([{ id, rebuilt: null, removed: 0, unknown: 'why' }])
  })
})

describe('a change of a rollout', () => {
  it('removes what its version alone read, unless it waits for its next version', () => {
    const stored = store({ [digestOf(ttl)]: 41, [embedded]: 40 })
    expect(count([ttl], [ttl, unserved], { stored })).toEqual([{ id, rebuilt: 0, removed: 40, unknown: null }])
    expect(count([ttl], [ttl, unserved], { stored, pending: ['flight-delay'] })).toEqual([])
  })
})

describe('no change', () => {
  it('of what is online counts nothing, also where nobody counts', () => {
    expect(count([], [['description: FAA code', 'description: Three letters']], { stored: 'why' })).toEqual([])
    expect(count([['  online: { refresh: 15m, lag: 1m }\n', ''], unserved], [ttl, ['  online: { refresh: 15m, lag: 1m }\n', ''], unserved], { stored: 'why' })).toEqual([])
  }) // prettier-ignore
})
