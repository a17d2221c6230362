/** `mainward features skew` on predictions that a real server recorded: nothing where there is none, and each kind where it is planted. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FeatureSkew, SkewReport } from '../../../../reconciler/features/skew/skew-report.ts'
import type { PredictionRecord, RecordedView } from '../../../../reconciler/serving/recording/prediction-record.ts'
import { runCommand } from '../../../support/run-command.ts'
import { day, recordPredictions, type RecordedHouse } from './support/recorded-house.ts'

let house: RecordedHouse

beforeAll(async () => {
  house = await recordPredictions()
}, 60_000)

afterAll(() => house.remove())

const textOf = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('')

function run(...argv: readonly string[]) {
  return runCommand(house.folder, ['features', 'skew', 'delay', ...argv])
}

function runOn(records: readonly object[], ...argv: readonly string[]) {
  writeFileSync(join(house.folder, 'records.jsonl'), textOf(records))
  return run('--records', 'records.jsonl', ...argv)
}

async function skewOf(records: readonly object[], ...argv: readonly string[]) {
  const { code, output, errors } = await runOn(records, '--json', ...argv)
  expect(errors).toBe('')
  return { code, report: JSON.parse(output) as SkewReport }
}

/** Numbers other than 0, by the model's name of the feature. */
function countsOf({ features }: SkewReport) {
  const names = ['equal', 'mismatched', 'missingOnline', 'missingOffline', 'staleBoth', 'absentBoth'] as const
  const entries = features.map((feature: FeatureSkew) => {
    const counts = names.filter((name) => feature[name] > 0).map((name) => [name, feature[name]] as const)
    expect(feature.compared).toBe(counts.reduce((sum, [, count]) => sum + count, 0))
    return [`${feature.as === null ? '' : `${feature.as}__`}${feature.feature}`, Object.fromEntries(counts)] as const
  })
  return Object.fromEntries(entries)
}

/** The record of a request's row. */
function recordOf(time: string, row: number): PredictionRecord {
  const found = house.records.find(({ request_id, row_index }) => request_id === time && row_index === row)
  if (found === undefined) throw new Error(`there is a record of ${time}, row ${row}`)
  return found
}

function change(record: PredictionRecord, view: number, changes: (old: RecordedView) => Partial<RecordedView>): PredictionRecord {
  const features = record.features?.map((old, index) => (index === view ? { ...old, ...changes(old) } : old))
  return { ...record, ...(features === undefined ? {} : { features }) }
}

function replaced(...records: readonly PredictionRecord[]): readonly PredictionRecord[] {
  const id = ({ request_id, row_index }: PredictionRecord) => `${request_id}.${row_index}`
  const changed = new Map(records.map((record) => [id(record), record]))
  return house.records.map((record) => changed.get(id(record)) ?? record)
}

/** By hand, from the readings and ceilings: 16 predictions. */
const sound = {
  wind: { equal: 6, staleBoth: 1, absentBoth: 9 },
  gusts: { equal: 4, staleBoth: 1, absentBoth: 11 },
  wind_mean_6h: { equal: 8, absentBoth: 8 },
  rows_6h: { equal: 16 },
  there__wind: { equal: 12, staleBoth: 2, absentBoth: 2 },
  ceiling: { equal: 4, absentBoth: 12 },
}

describe('mainward features skew', () => {
  it('finds none where serving gave what training has, and says how far the store was behind', async () => {
    const { code, report } = await skewOf(house.records)
    expect(countsOf(report)).toEqual(sound)
    expect([code, report.verdict]).toEqual([0, 'equal'])
    expect(report.records).toEqual({ read: 16, replayed: 16, skipped: {}, first: day('08:05'), last: day('10:20') })
    // At 09:40 rows were those of 09:15; the grid's time was 09:30.
    expect(report.views).toEqual([{ view: 'weather', lookups: 32, behind: 8, longestBehindMs: 900_000 }])
  })

  it('finds a value that differs, one that is missing on either side, and tells exact numbers apart', async () => {
    const values = (more: RecordedView['values']) => (old: RecordedView) => ({ values: { ...old.values, ...more } })
    const { code, report } = await skewOf(
      replaced(
        change(recordOf('08:05', 0), 0, values({ wind_mean_6h: 11.5, gusts: '9007199254740990' })),
        change(recordOf('09:20', 0), 0, () => ({ status: 'NOT_FOUND', values: { wind: null, gusts: null, wind_mean_6h: null, rows_6h: '0' } })), // prettier-ignore
        change(recordOf('09:20', 2), 0, (old) => ({ status: 'PRESENT', values: { ...old.values, wind: 5 } })),
        change(recordOf('10:20', 1), 0, (old) => ({ status: 'PRESENT', values: { ...old.values, wind: 'NaN' } })),
      ),
    )
    expect([code, report.verdict]).toEqual([1, 'skewed'])
    expect(countsOf(report)).toEqual({
      ...sound,
      wind: { equal: 5, missingOnline: 1, missingOffline: 2, absentBoth: 8 },
      gusts: { equal: 2, mismatched: 1, missingOnline: 1, absentBoth: 12 },
      wind_mean_6h: { equal: 6, mismatched: 1, missingOnline: 1, absentBoth: 8 },
      rows_6h: { equal: 15, mismatched: 1 },
    })
    const [wind, gusts, mean, rows] = report.features
    expect(gusts?.largestDifference).toBe(1)
    expect(gusts?.examples).toEqual([
      {
        kind: 'mismatched',
        requestId: '08:05',
        rowIndex: 0,
        version: 1,
        time: day('08:05'),
        key: ['JFK'],
        asOf: day('08:00'),
        online: { status: 'PRESENT', value: '9007199254740990' },
        offline: { status: 'PRESENT', value: '9007199254740991' },
      },
      expect.objectContaining({
        kind: 'missingOnline',
        online: { status: 'NOT_FOUND', value: null },
        offline: { status: 'PRESENT', value: '6' },
      }),
    ])
    expect(wind?.examples).toMatchObject([
      { kind: 'missingOnline', requestId: '09:20', asOf: day('09:15'), offline: { value: Math.fround(30.7) } },
      { kind: 'missingOffline', rowIndex: 2, key: ['EWR'], online: { value: 5 }, offline: { status: 'NOT_FOUND', value: null } },
      {
        kind: 'missingOffline',
        requestId: '10:20',
        online: { value: 'NaN' },
        offline: { status: 'OUTSIDE_MAX_AGE', value: null },
      },
    ])
    // The mean of the two winds as float32 that had been seen.
    expect(mean?.largestDifference).toBeCloseTo(11.5 - (Math.fround(10.1) + Math.fround(12.3)) / 2, 12)
    expect(rows?.examples[0]).toMatchObject({ online: { value: '0' }, offline: { value: '4' } })
  })

  it('takes floats for equal within a tolerance, and whole numbers never', async () => {
    const changed = replaced(
      change(recordOf('08:05', 0), 0, ({ values }) => ({ values: { ...values, wind_mean_6h: 11.5, gusts: '9007199254740990' } })),
    )
    expect(countsOf((await skewOf(changed, '--tolerance', '0.03')).report)).toMatchObject({
      gusts: { equal: 3, mismatched: 1 },
      wind_mean_6h: { equal: 8 },
    })
    // 0.3 of 11.5.
    expect(countsOf((await skewOf(changed, '--tolerance', '0.02')).report)).toMatchObject({ wind_mean_6h: { equal: 7 } })
  })

  it('finds that the files say now what they did not say then', async () => {
    await house.addReadings('JFK 07:55 07:56 40 7')
    try {
      const { report } = await skewOf(house.records)
      expect(countsOf(report)).toMatchObject({
        // NULL online at 08:05: newest was the reading of 07:30.
        wind: { equal: 3, mismatched: 3, missingOnline: 1 },
        gusts: { mismatched: 4 },
        rows_6h: { equal: 12, mismatched: 4 },
        ceiling: sound.ceiling,
      })
      expect(report.features[0]?.largestDifference).toBeCloseTo(40 - 30.7, 5)
    } finally {
      await house.addReadings()
    }
  })

  it('replays with what the version embeds, and with the working tree where no version is recorded', async () => {
    const file = join(house.folder, 'delay.yaml')
    const written = readFileSync(file, 'utf8')
    writeFileSync(file, written.replace('  source: readings\n', '  source: readings\n  transform: SELECT airport, "at", seen, wind + 1::FLOAT AS wind, gusts FROM {{ source }}\n').replace('ttl: 3h', 'ttl: 4h')) // prettier-ignore
    try {
      const other = house.records.map((record) => ({ ...record, release: `sha256:${'0'.repeat(64)}` as const }))
      expect(countsOf((await skewOf(other)).report)).toEqual(sound)
      const bare = house.records.map(({ release: _, version: _none, ...record }) => record)
      const { code, report } = await skewOf(bare)
      expect(code).toBe(1)
      // NaN + 1 is NaN; at 10:20 LGA's reading is too old online alone.
      expect(countsOf(report)).toMatchObject({ wind: { equal: 3, mismatched: 3, missingOnline: 1 }, gusts: { equal: 4 } })
      expect(report.features[0]?.largestDifference).toBeCloseTo(1, 5)
    } finally {
      writeFileSync(file, written)
    }
  })

  it('counts what it leaves out, with the reason, and proves nothing by it', async () => {
    const record = recordOf('09:20', 0)
    const { features: _, ...without } = record
    const { release: _release, version: _version, ...bare } = record
    const left = [{ ...record, model: 'other' }, without, { ...record, release: `sha256:${'0'.repeat(64)}`, version: 9 }]
    const nothing = await skewOf(left)
    expect([nothing.code, nothing.report.verdict]).toEqual([1, 'nothing-compared'])
    const { report } = await skewOf([
      ...left,
      change(record, 1, ({ key: _key, ...old }) => ({ ...old, key: undefined as never })),
      change(record, 0, ({ values: { wind: _wind, ...values } }) => ({ values })),
      change(bare, 0, () => ({ view: 'gone' })),
      change(bare, 0, ({ values }) => ({ values: { ...values, gone: 1 } })),
    ])
    expect(report.verdict).toBe('equal')
    expect(report.records).toMatchObject({
      read: 7,
      replayed: 4,
      skipped: {
        otherModel: 1,
        noFeatures: 1,
        unknownRelease: 1,
        droppedKey: 1,
        droppedValue: 1,
        unknownView: 1,
        unknownFeature: 1,
      },
    })
    expect(countsOf(report)).toMatchObject({
      wind: { equal: 2 },
      gusts: { equal: 3 },
      there__wind: { equal: 3 },
      ceiling: { equal: 4 },
    })
  })

  it('shows people a table, examples and what was left out', async () => {
    const changed = change(recordOf('08:05', 0), 0, ({ values }) => ({ values: { ...values, wind_mean_6h: 11.5 } }))
    const { output } = await runOn([changed, { ...recordOf('09:40', 1), model: 'other' }])
    expect(output).toBe(`skew of delay: 1 of 2 records replayed, of 2013-01-01T08:05:00Z to 2013-01-01T08:05:00Z
  1 left out: of another model

feature       view     compared  equal  differ  missing online  missing offline  stale  absent  largest difference
wind          weather         1      0       0               0                0      0       1                   -
gusts         weather         1      1       0               0                0      0       0                   -
wind_mean_6h  weather         1      0       1               0                0      0       0  0.2999997138977051
rows_6h       weather         1      1       0               0                0      0       0                   -
there__wind   weather         1      1       0               0                0      0       0                   -
ceiling       limits          1      1       0               0                0      0       0                   -

wind_mean_6h
  differs: online 11.5, offline 11.200000286102295; key ["JFK"] as of 2013-01-01T08:00:00Z, request 08:05 row 0 at 2013-01-01T08:05:00Z

skew: 1 of 6 values compared differ or are missing on one side
`)
    const other = change(recordOf('09:40', 0), 1, ({ values }) => ({
      key: ['EWR'],
      values: { ...values, wind: Math.fround(30.7) },
    }))
    expect((await runOn([other])).output).toContain('  missing offline: online 30.7, offline NOT_FOUND; key ["EWR"] as of')
    const late = await runOn([recordOf('09:40', 0)])
    expect(late.output).toContain(
      'weather: 2 of 2 lookups had rows from before the time of the grid, by at most 900 s\n\nno skew: 6 values compared\n',
    )
    expect((await runOn([])).output).toBe(
      'skew of delay: 0 of 0 records replayed\n\nnothing was compared: that is no proof of anything\n',
    )
  })

  it('takes the records of the running installation, in pieces that end anywhere, and of a gzip file', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      const text = textOf(asked.length === 1 ? house.records : house.records.slice(0, 1))
      for (let from = 0; from < text.length; from += 1000) response.write(text.slice(from, from + 1000))
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const { code, output } = await run('--server', url, '--environment', 'staging', '--last', '500', '--json')
      expect([code, countsOf(JSON.parse(output) as SkewReport)]).toEqual([0, sound])
      await run('--server', url)
      expect(asked).toEqual([
        '/api/v1/records?model=delay&last=500&environment=staging',
        '/api/v1/records?model=delay&last=10000&environment=production',
      ])
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
    writeFileSync(join(house.folder, 'all.jsonl.gz'), gzipSync(textOf(house.records.slice(0, 1))))
    expect((await run('--records', 'all.jsonl.gz')).code).toBe(0)
  })

  it('says what is wrong with the command line or a line of the file', async () => {
    const wrong = async (records: readonly object[], ...argv: readonly string[]) => (await runOn(records, ...argv)).errors
    expect(await wrong([], '--last', '5')).toContain('--records and --last are both there')
    expect(await wrong([], '--tolerance', '-1')).toContain('--tolerance: expected a number of at least 0, found -1')
    expect((await runCommand(house.folder, ['features', 'skew', 'dely', '--records', 'x'])).errors).toContain(
      'did you mean delay?',
    )
    expect((await run('--records', 'none.jsonl')).errors).toContain('none.jsonl')
    const record = recordOf('09:20', 0)
    const broken = (changes: (old: RecordedView) => object) => wrong([record, change(record, 0, changes)])
    expect(await broken(() => ({ status: 'FINE' }))).toContain(
      'records.jsonl:2 features[0] status: expected PRESENT, NOT_FOUND, OUTSIDE_MAX_AGE, found "FINE"',
    )
    expect(await broken(() => ({ values: { gusts: 6 } }))).toContain(
      'records.jsonl:2 weather: gusts: expected a stored int64, found 6',
    )
    expect(await broken(() => ({ values: { gusts: '9223372036854775808' } }))).toContain('gusts: expected a int64')
    expect(await broken(() => ({ key: ['JFK', 'LGA'] }))).toContain('expected a key of 1 values, found ["JFK","LGA"]')
    expect(await broken(() => ({ computed_as_of: 'noon' }))).toContain(
      'computed_as_of: expected a time with its zone, found "noon"',
    )
    expect(await wrong([{ ...record, time: undefined }])).toContain(
      'records.jsonl:1 time: expected a time with its zone, found nothing',
    )
  })

  it('replays what was pushed under the definition that a version embeds, whatever the manifests say now', async () => {
    await house.keepPushes()
    const file = join(house.folder, 'delay.yaml')
    const written = readFileSync(file, 'utf8')
    writeFileSync(file, written.replace('features: [{ name: ceiling, dtype: float32 }]', '$&\n  ttl: 1h'))
    expect(readFileSync(file, 'utf8')).not.toBe(written)
    const { code, report } = await skewOf(house.records)
    expect([code, countsOf(report)]).toEqual([0, sound])
    // The manifests' own definition has nothing of it.
    const bare = house.records.map(({ release: _, version: _none, ...record }) => record)
    expect(countsOf((await skewOf(bare)).report).ceiling).toEqual({ missingOffline: 4, absentBoth: 12 })
  })
})
