/** The row that people are shown: what a caller really sends, of every sort of key. */
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../reconciler/core/digest.ts'
import type { KeyDtype } from '../../../reconciler/core/feature-definition.ts'
import type { ReleaseView } from '../../../reconciler/core/online-view.ts'
import type { Release } from '../../../reconciler/core/release.ts'
import { buildExampleRow } from '../../../reconciler/reconcile/api/example-row.ts'

const digestOf = (name: string): Digest => `sha256:${name}`

function roleOf(name: string, keys: Readonly<Record<string, KeyDtype>>, join: Readonly<Record<string, string>>): ReleaseView {
  const listed = Object.entries(keys).map(([key, dtype]) => ({ name: key, dtype }))
  const view = { name, digest: digestOf(name), keys: listed, features: [], ttlMs: null, aggregations: [], isPushed: false }
  return { view, join, as: null, take: [] }
}

function releaseOf(views: readonly ReleaseView[], rows: readonly Readonly<Record<string, number | null>>[]): Release {
  const requestFeatures = [{ name: 'distance', dtype: 'float32' }]
  return { requestFeatures, views, goldenRows: rows.map((inputs) => ({ inputs, outputs: {} })) } as unknown as Release
}

const weather = roleOf('weather', { airport: 'string' }, { airport: 'origin' })
const departures = roleOf('departures', { airport: 'string' }, { airport: 'origin' })
const rows = [
  { temp: null, distance: 100 },
  { temp: 20, distance: 200 },
]

describe('the row to show', () => {
  it('is the golden row with the fewest nulls where no view is read', () => {
    expect(buildExampleRow(releaseOf([], rows), new Map())).toEqual({ temp: 20, distance: 200 })
    expect(buildExampleRow(releaseOf([], []), new Map())).toBeNull()
  })

  it('has keys of the views and what the caller sends, nothing that a view gives', () => {
    const stored = new Map([[weather.view.digest, '["JFK"]']])
    expect(buildExampleRow(releaseOf([weather], rows), stored)).toEqual({ origin: 'JFK', distance: 200 })
    expect(buildExampleRow(releaseOf([weather], rows), new Map())).toBeNull()
  })

  it('takes a key from the first view that has a row, and null where none has', () => {
    const aircraft = roleOf('aircraft', { tail: 'string' }, {})
    const release = releaseOf([departures, weather, aircraft], rows)
    expect(buildExampleRow(release, new Map([[weather.view.digest, '["JFK"]']]))).toEqual({ origin: 'JFK', tail: null, distance: 200 }) // prettier-ignore
    const both = new Map([
      [weather.view.digest, '["JFK"]'],
      [departures.view.digest, '["EWR"]'],
    ])
    expect(buildExampleRow(release, both)).toEqual({ origin: 'EWR', tail: null, distance: 200 })
  })

  it('writes every sort of key as a request has it', () => {
    const view = roleOf('all', { a: 'int64', b: 'int64', c: 'timestamp', d: 'bool', e: 'int32' }, {})
    const stored = new Map([[view.view.digest, '["17","9007199254740993","1357034460000000",true,5]']])
    expect(buildExampleRow(releaseOf([view], rows), stored)).toEqual({
      ...{ a: 17, b: '9007199254740993', c: '2013-01-01T10:01:00Z', d: true, e: 5 },
      distance: 200,
    })
  })
})
