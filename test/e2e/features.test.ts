/** Features the whole way, on one installation changed step by step: from manifests and files to online values and predictions. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StatusDocument } from '../../reconciler/core/status.ts'
import { createRepository, writeFiles } from '../support/git-repositories.ts'
import { eventually } from '../support/eventually.ts'
import {
  delayRollout,
  repositoryFiles,
  sample,
  scoreOf,
  weatherData,
  weatherView,
  weights,
  type Inputs,
} from './support/flights.ts'
import { conditionOf, Installation, type CliOutcome } from './support/installation.ts'
import { linearModel } from './support/linear-model.ts'

let installation: Installation

function createFlights(folder: string): void {
  createRepository(folder)
  writeFiles(folder, repositoryFiles)
}

beforeAll(() => {
  installation = new Installation({ arguments: ['--data-clock', 'manual', '--processes', '1'], create: createFlights })
  writeFileSync(join(installation.folder, 'model.onnx'), linearModel(Object.values(weights)))
  writeFileSync(join(installation.folder, 'rows.json'), JSON.stringify(sample))
})

afterAll(() => installation.end())

interface Answer<Body = unknown> {
  readonly status: number
  readonly body: Body
}

async function post<Body>(path: string, body: object): Promise<Answer<Body>> {
  const response = await fetch(`${installation.control.serving}${path}`, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Body }
}

interface Prediction {
  readonly score: number
  readonly version: number
  readonly features?: Readonly<
    Record<string, { readonly value: unknown; readonly status: string; readonly computed_as_of?: string }>
  >
}

type Predictions = Answer<{ readonly predictions?: readonly Prediction[]; readonly request_id?: string; readonly error?: string }>

function predict(row: object, more: object = {}): Promise<Predictions> {
  return post('/v1/models/delay/predict', { rows: [row], ...more })
}

/** The score of a row whose keys are these. */
async function scores(row: object): Promise<number | string | undefined> {
  const { body } = await predict(row)
  return body.predictions?.[0]?.score ?? body.error
}

interface FeatureAnswer {
  readonly metadata: { readonly feature_names: readonly string[] }
  readonly results: readonly { readonly values: readonly unknown[]; readonly statuses: readonly string[] }[]
}

/** By column: values, and statuses. */
async function features(question: object): Promise<Readonly<Record<string, readonly [readonly unknown[], readonly string[]]>>> {
  const { status, body } = await post<FeatureAnswer>('/get-online-features', question)
  expect([status, body]).toEqual([200, body])
  return Object.fromEntries(
    body.metadata.feature_names.map((name, index) => [
      name,
      [body.results[index]?.values ?? [], body.results[index]?.statuses ?? []],
    ]),
  )
}

function progressOf({ models }: StatusDocument): string {
  return models[0]?.conditions.find(({ type }) => type === 'Progressing')?.message ?? ''
}

const moveClock = async (time: string): Promise<void> => {
  const dataTime = `2013-01-01T${time}Z`
  expect(await installation.ask('POST', '/api/v1/clock', { dataTime })).toMatchObject({ status: 200 })
}

const cli = (...args: readonly string[]): Promise<CliOutcome> => installation.cliInRepository(...args)

/** Files beside the repository: what a trainer hands over. */
const importArguments = ['import', 'delay', '--onnx', '../model.onnx', '--sample', '../rows.json']

/** Of JFK at eleven, as the file says it: the report of ten. */
const atEleven: Inputs = { distance: 200, wind: 10, wind_max_6h: 10, reports_6h: 1, limit: 0 }
const jfk = { distance: 200, origin: 'JFK', account: 17 }
const nowhere = { distance: 200, origin: 'XXX', account: 17 }

describe('from manifests to predictions', () => {
  it('a model that reads views is valid, imported and committed', async () => {
    expect(await cli(...importArguments)).toMatchObject({ code: 0 })
    const validated = await cli('validate')
    expect(validated).toMatchObject({ code: 0, output: expect.stringContaining('0 errors, 0 warnings') as unknown })
    installation.commit({}, 'Serve version 1')
    installation.launch()
  })

  it('is ready when its views are filled, not before', async () => {
    const before = await eventually(async () => {
      const status = await installation.status()
      expect(progressOf(status)).toMatch(/views of version 1 have no rows yet.*weather$/)
      expect(conditionOf(status, 'FeaturesReady')).toBe('Unknown NoDataTime')
      return status
    }, 40_000)
    expect(before.models[0]).toMatchObject({ ready: false, phase: 'Initializing' })
    await moveClock('11:01:00')
    const isFilled = (now: StatusDocument): boolean => conditionOf(now, 'FeaturesReady') === 'True Filled'
    const status = await installation.until((now) => now.models[0]?.ready === true && isFilled(now))
    // A request has keys in the place of features; nothing was pushed yet that an account could be named of.
    expect(status.models[0]).toMatchObject({ phase: 'Succeeded', stableVersion: 1 })
    expect(status.models[0]?.exampleRow).toEqual({ origin: 'JFK', account: null, distance: 200 })
  })

  it('answers by plain JSON and by Open Inference v2, with keys in the place of features', async () => {
    expect(await scores(jfk)).toBe(scoreOf(atEleven))
    const { body } = await predict(jfk, { echo_features: true })
    expect(body.predictions?.[0]?.features).toMatchObject({
      wind: { value: 10, status: 'PRESENT', computed_as_of: '2013-01-01T11:00:00Z' },
      reports_6h: { value: 1, status: 'PRESENT' },
      limit: { value: 0, status: 'NOT_FOUND' },
    })
    const inputs = [
      { name: 'distance', datatype: 'FP32', shape: [2], data: [200, 300] },
      { name: 'origin', datatype: 'BYTES', shape: [2], data: ['JFK', 'LGA'] },
      { name: 'account', datatype: 'INT64', shape: [2], data: [17, 17] },
    ]
    const inferred = await post<{ readonly outputs: readonly { readonly data: readonly number[] }[] }>('/v2/models/delay/infer', { inputs }) // prettier-ignore
    expect(inferred.body.outputs[0]?.data).toEqual([
      scoreOf(atEleven),
      scoreOf({ distance: 300, wind: 7.5, wind_max_6h: 7.5, reports_6h: 1, limit: 0 }),
    ])
  })

  it('gives an unknown key what nulls says, and refuses where it says so', async () => {
    expect(await scores(nowhere)).toBe(scoreOf({ distance: 200, wind: -1, wind_max_6h: -2, reports_6h: 0, limit: 0 }))
    expect((await predict({ origin: 'JFK', account: 17 })).status).toBe(400)
    expect((await predict({ distance: 200, origin: 'JFK' })).body.error).toContain('"account" is missing')
  })

  it('hands out online features by reference and by service', async () => {
    const references = ['weather:wind', 'weather:wind_max_6h', 'weather:reports_6h']
    expect(await features({ features: references, entities: { airport: ['JFK', 'XXX'] } })).toEqual({
      airport: [['JFK', 'XXX'], ['PRESENT', 'PRESENT']],
      wind: [[10, null], ['PRESENT', 'NOT_FOUND']],
      wind_max_6h: [[10, null], ['PRESENT', 'NOT_FOUND']],
      reports_6h: [[1, 0], ['PRESENT', 'NOT_FOUND']],
    }) // prettier-ignore
    const entities = { origin: ['LGA'], account: [17] }
    expect(await features({ feature_service: 'delay', entities })).toMatchObject({
      wind: [[7.5], ['PRESENT']],
      limit: [[null], ['NOT_FOUND']],
    })
  })

  it('predicts with what was pushed, from then on', async () => {
    const df = { account: [17], limit: [250], event_timestamp: ['2013-01-01T11:00:30Z'] }
    expect(await post('/push', { push_source_name: 'account_limits', df })).toEqual({ status: 200, body: { pushed: 1 } })
    expect(await scores(jfk)).toBe(scoreOf({ ...atEleven, limit: 250 }))
    expect(await scores({ ...jfk, account: 18 })).toBe(scoreOf(atEleven))
  })

  it('says the same in a preview as online', async () => {
    const { code, output } = await cli('features', 'preview', 'weather', '--as-of', '2013-01-01T11:01:00Z', '--json')
    expect([code, output]).toEqual([0, output])
    const { rows } = JSON.parse(output.slice(output.indexOf('{'))) as {
      rows: readonly { keys: { airport: string }; values: object }[]
    }
    expect(Object.fromEntries(rows.map(({ keys, values }) => [keys.airport, values]))).toEqual({
      JFK: { wind: 10, wind_max_6h: 10, reports_6h: '1' },
      LGA: { wind: 7.5, wind_max_6h: 7.5, reports_6h: '1' },
    })
  })

  it('records what was read, and as of when it was computed', async () => {
    const { body } = await predict(jfk)
    const file = join(installation.folder, 'records.jsonl')
    await eventually(async () => {
      expect(await cli('records', 'delay', '--out', file)).toMatchObject({ code: 0 })
      const records = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { request_id: string }) // prettier-ignore
      expect(records.find((record) => record.request_id === body.request_id)).toMatchObject({
        row: { ...jfk, account: '17' },
        score: scoreOf({ ...atEleven, limit: 250 }),
        features: [
          { view: 'weather', key: ['JFK'], status: 'PRESENT', computed_as_of: '2013-01-01T11:00:00Z', values: { wind: 10, wind_max_6h: 10, reports_6h: '1' } }, // prettier-ignore
          { view: 'account_limits', key: ['17'], status: 'PRESENT', values: { limit: 250 } },
        ],
      })
    })
    // A record is a request: what was recorded can be asked again.
    expect(await cli('replay', file, '--no-clock')).toMatchObject({ code: 0 })
  })

  it('status says nothing of views that are well', async () => {
    const { code, output } = await cli('status')
    expect([code, output]).toEqual([0, expect.not.stringContaining('FeaturesReady')])
  })
})

describe('when time goes on', () => {
  it('values follow the grid, and the process that computes them may be killed', async () => {
    // On a busy machine it has ended already, as it had nothing to do: then the first kill is the one below.
    const pid = installation.pid('materialise')
    if (pid !== null) installation.signal('materialise', 'SIGKILL')
    await moveClock('11:16:30')
    // The next one too, as soon as it has begun: what it had to do is done by a third.
    await eventually(() => expect([pid, null]).not.toContain(installation.pid('materialise')))
    installation.signal('materialise', 'SIGKILL')
    const expected = { ...atEleven, wind: 12, wind_max_6h: 12, reports_6h: 2, limit: 250 }
    await eventually(async () => expect(await scores(jfk)).toBe(scoreOf(expected)))
    if (pid !== null) expect(installation.pid('materialise')).not.toBe(pid)
  })
})

describe('when a file breaks', () => {
  it('the last good rows serve on, the condition says why, and values age honestly', async () => {
    const broken = `${weatherData}EWR,2013-01-01T11:00:00Z,strong\n`
    const commit = installation.commit({ 'data/weather_hourly.csv': broken }, 'Break the weather')
    const status = await installation.until((now) => now.appliedCommit === commit && conditionOf(now, 'FeaturesReady').startsWith('False')) // prettier-ignore
    const { message = '' } = status.conditions.find(({ type }) => type === 'FeaturesReady') ?? {}
    expect(message).toMatch(
      /^view weather: .*data\/weather_hourly\.csv.*strong.*; its 2 rows as of 2013-01-01T11:15:00\.000Z serve on$/,
    )
    expect((await cli('status')).output).toContain('FeaturesReady=False (SourceUnusable)  view weather')
    expect(await scores(jfk)).toBe(scoreOf({ ...atEleven, wind: 12, wind_max_6h: 12, reports_6h: 2, limit: 250 }))
    // 11:05 is three hours before 14:05: too old for the ttl. Windows keep their value.
    await moveClock('14:05:01')
    const aged = { distance: 200, wind: -1, wind_max_6h: 12, reports_6h: 2, limit: 250 }
    await eventually(async () => expect(await scores(jfk)).toBe(scoreOf(aged)))
    expect(await features({ features: ['weather:wind'], entities: { airport: ['JFK'] } })).toMatchObject({
      wind: [[null], ['OUTSIDE_MAX_AGE']],
    })
  })

  it('a version whose views can not be filled gets no traffic, until they are', async () => {
    writeFiles(installation.repository, { 'features/weather.yaml': weatherView('wind * 2') })
    expect(await cli(...importArguments)).toMatchObject({ code: 0 })
    const commit = installation.commit({ 'rollouts/delay.yaml': delayRollout(2) }, 'Serve version 2')
    const isHeld = (now: StatusDocument): boolean => /views of version 2 have no rows yet.*weather$/.test(progressOf(now))
    const held = await installation.until((now) => now.appliedCommit === commit && isHeld(now))
    expect(held.conditions.find(({ type }) => type === 'FeaturesReady')?.message).toMatch(/strong/)
    expect(held.models[0]).toMatchObject({ phase: 'Initializing', stableVersion: 1 })
    for (let unit = 0; unit < 20; unit++) {
      const { body } = await predict(jfk, { units: [`unit-${unit}`] })
      expect(body.predictions?.[0]).toMatchObject({ version: 1 })
    }
    installation.commit({ 'data/weather_hourly.csv': weatherData }, 'Mend the weather')
    await installation.until(({ models }) => models[0]?.phase === 'Succeeded' && models[0].stableVersion === 2)
    const doubled = { distance: 200, wind: -1, wind_max_6h: 24, reports_6h: 2, limit: 250 }
    await eventually(async () => {
      const { body } = await predict(jfk)
      expect(body.predictions?.[0]).toMatchObject({ version: 2, score: scoreOf(doubled) })
    })
  })
})

describe('when a definition changes', () => {
  it('the plan says who keeps what, and the version goes on with what it embeds', async () => {
    writeFiles(installation.repository, { 'features/weather.yaml': weatherView('wind * 3') })
    const planned = await cli('plan')
    expect(planned.output).toContain('FeatureView/weather changes')
    expect(planned.output).toContain('ModelVersion/delay-2 keeps the embedded definition')
    const commit = installation.commit({}, 'Change the weather')
    await eventually(async () => {
      const found = await features({ features: ['weather:wind_max_6h'], entities: { airport: ['JFK'] } })
      expect(found).toMatchObject({ wind_max_6h: [[36], ['PRESENT']] })
    })
    expect((await installation.status()).appliedCommit).toBe(commit)
    const { body } = await predict(jfk)
    expect(body.predictions?.[0]).toMatchObject({ version: 2, score: scoreOf({ distance: 200, wind: -1, wind_max_6h: 24, reports_6h: 2, limit: 250 }) }) // prettier-ignore
    const service = await features({ feature_service: 'delay', entities: { origin: ['JFK'], account: [17] } })
    expect(service).toMatchObject({ wind_max_6h: [[24], ['PRESENT']] })
  })
})
