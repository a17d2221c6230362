/** The example as `npm start` serves it: features from its views on its own data clock, and a replay of its flights without skew. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { SkewReport } from '../../reconciler/features/skew/skew-report.ts'
import { eventually } from '../support/eventually.ts'
import { commitFiles, createRepository } from '../support/git-repositories.ts'
import { conditionOf, Installation } from './support/installation.ts'

const example = join(packageRoot, 'example-repo')
const start = '2013-06-01T07:00:00Z'
const flights = 400
let installation: Installation

beforeAll(async () => {
  installation = new Installation({
    arguments: ['--data-clock', 'manual', '--data-start', start, '--processes', '1'],
    create: (folder) => {
      createRepository(folder)
      cpSync(example, folder, { recursive: true })
      commitFiles(folder, {}, 'Start with the example')
    },
  })
  await installation.start()
}, 90_000)

afterAll(() => installation.end())

interface Answer {
  readonly predictions: readonly [
    {
      readonly score: number
      readonly fallback?: string
      readonly features: Readonly<Record<string, { readonly value: unknown; readonly status: string }>>
    },
  ]
}

async function predict(row: object): Promise<Answer['predictions'][0]> {
  const url = `${installation.control.serving}/v1/models/flight-delay/predict`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ rows: [row], echo_features: true }) })
  const text = await response.text()
  expect([response.status, text]).toEqual([200, text])
  return (JSON.parse(text) as Answer).predictions[0]
}

it('begins its data clock by itself, and answers the first flight as the trainer does', async () => {
  expect(await installation.status()).toMatchObject({ dataTime: '2013-06-01T07:00:00.000Z' })
  const row = { origin: 'EWR', dest: 'CLT', carrier: 'US', route: 'EWR-CLT', tailnum: 'N538UW', distance: 529, sched_hour: 5, day_of_week: 6 } // prettier-ignore
  const { score, features } = await predict(row)
  // Version 1 in Python's onnxruntime, on the row that `mainward dataset` has of this flight.
  expect(score).toBeCloseTo(0.07091001, 6)
  expect(features.carrier_delay_rate_6h).toMatchObject({ value: 0.25, status: 'PRESENT' })
  expect(features.arr_delay).toMatchObject({ value: null, status: 'OUTSIDE_MAX_AGE' })
})

it('shows a request that really answers, with keys that views have values for', async () => {
  const row = (await installation.model()).exampleRow
  expect(Object.keys(row ?? {}).sort()).toEqual(['carrier', 'day_of_week', 'dest', 'distance', 'origin', 'route', 'sched_hour', 'tailnum']) // prettier-ignore
  const { features, ...answer } = await predict(row ?? {})
  expect(answer).not.toHaveProperty('fallback')
  const found = ['temp', 'carrier_delay_rate_30d', 'route_delay_rate_30d', 'origin_delay_rate_7d'].map(
    (name) => features[name]?.status,
  )
  expect(found).toEqual(['PRESENT', 'PRESENT', 'PRESENT', 'PRESENT'])
  expect(installation.output).toContain(`'${JSON.stringify({ rows: [row] })}'`)
})

it('replays flights of a day: none fails, and none was given what training has not', async () => {
  const lines = gunzipSync(readFileSync(join(example, 'data/replay-2013-06-07.jsonl.gz'))).toString().split('\n').slice(0, flights) // prettier-ignore
  const file = join(installation.folder, 'flights.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const replayed = await installation.cliInRepository('replay', file, '--speed', '7200')
  expect([replayed.code, replayed.output]).toEqual([0, replayed.output])
  await installation.until((status) => conditionOf(status, 'FeaturesReady') === 'True Filled')

  const report = await eventually(async () => {
    const { output } = await installation.cliInRepository('features', 'skew', 'flight-delay', '--json')
    const found = JSON.parse(output.slice(output.indexOf('{'))) as SkewReport
    expect(found.records.replayed).toBeGreaterThanOrEqual(flights)
    return found
  }, 60_000)
  expect(report.verdict).toBe('equal')
  const unequal = report.features.filter((each) => each.mismatched + each.missingOnline + each.missingOffline > 0)
  expect(unequal).toEqual([])
  expect(report.features).toHaveLength(24)
  // Something was compared of each but the gusts, of which there were none that day.
  expect(report.features.filter(({ feature, equal }) => feature !== 'wind_gust' && equal === 0)).toEqual([])
  expect(report.views.map(({ lookups }) => lookups >= flights)).not.toContain(false)
}, 180_000)
