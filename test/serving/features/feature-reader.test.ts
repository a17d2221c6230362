/** Reads of a store that hangs, fails or is asked for too much: bounded in time and number, and never an answer. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { buildEntityKey } from '../../../reconciler/serving/features/entity-key.ts'
import { FeatureReader } from '../../../reconciler/serving/features/feature-reader.ts'
import { FeaturesUnavailableError } from '../../../reconciler/serving/features/features-unavailable.ts'
import { MetricRegistry } from '../../../reconciler/serving/metrics/metric-registry.ts'
import type { OnlineStore } from '../../../reconciler/serving/ports.ts'
import { eightUs, routes, weather } from './support/online-views.ts'

function openReader(read: OnlineStore['read']) {
  return new FeatureReader({
    store: { read, push: () => Promise.reject(new Error('not pushed')) },
    limits: { featureReadMs: 50, waitingReads: 2 },
    registry: new MetricRegistry(),
    log: pino({ level: 'silent' }),
    dataMicros: () => eightUs,
  })
}

const jfk = buildEntityKey(['JFK'])
const lookup = { view: weather, keys: [jfk] }

it('a store that says nothing is given up in time, and takes no more requests than may wait', async () => {
  const reader = openReader(() => new Promise(() => undefined))
  const startedAt = performance.now()
  const waiting = [reader.read([lookup]), reader.read([lookup])]
  await expect(reader.read([lookup])).rejects.toThrow('too many requests wait for the online store')
  for (const asked of await Promise.allSettled(waiting)) {
    expect(asked).toMatchObject({
      status: 'rejected',
      reason: { message: 'the features can not be read: the online store is away' },
    })
    expect((asked as PromiseRejectedResult).reason).toBeInstanceOf(FeaturesUnavailableError)
  }
  expect(performance.now() - startedAt).toBeLessThan(1000)
  await expect(reader.read([lookup])).rejects.toThrow('the online store is away')
})

it('a defect stays a defect', async () => {
  const reader = openReader(() => Promise.reject(new TypeError('broken')))
  await expect(reader.read([lookup])).rejects.toThrow(TypeError)
})

it('each key of a definition is asked for once, whatever the roles; a key that is not known never', async () => {
  const asked: unknown[] = []
  const reader = openReader((requests) => {
    asked.push(requests)
    return Promise.resolve(requests.map(({ keys }) => ({ watermarkUs: 5n, rows: keys.map(() => null) })))
  })
  const lax = buildEntityKey(['LAX'])
  const unknown = buildEntityKey([null])
  const found = await reader.read([
    { view: weather, keys: [jfk, lax, unknown] },
    { view: routes, keys: [buildEntityKey(['JFK', null])] },
    { view: weather, keys: [lax, jfk, lax] },
  ])
  expect(asked).toEqual([
    [
      { digest: weather.digest, keys: ['["JFK"]', '["LAX"]'] },
      { digest: routes.digest, keys: [] },
    ],
  ])
  expect(found.map((rows) => rows.length)).toEqual([3, 1, 3])
  expect(await reader.read([{ view: routes, keys: [unknown] }])).toEqual([
    [{ status: 'NOT_FOUND', eventUs: null, computedAsOfUs: null, values: null }],
  ])
  expect(asked).toHaveLength(1)
})
