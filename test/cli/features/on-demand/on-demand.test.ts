/** On-demand features in training and in serving: hand-computed values, and both places against each other, on real parts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import type { ModelVersionSpec } from '../../../../reconciler/manifests/kinds/model-version.ts'
import { GrpcClient } from '../../../serving/grpc/support/grpc-client.ts'
import { runCommand } from '../../../support/run-command.ts'
import { computed, day, flights, plain, sent, trainAndServe, type TrainedAndServed } from './support/trained-and-served.ts'

const f = Math.fround

/** By flight: windy, head, ratio, hour, calm, wait. The wind at EWR is 25.5, at JFK 12.3 and from 09:00 on 30.7, at LGA not known. */
const expected = [
  [false, f(25.5 - f(12.3)), f((f(12.3) / 4) * f(0.1)), 8, false, 60n],
  // No gusts are known at EWR.
  [true, f(f(12.3) - 25.5), null, 23, false, 974n],
  // Scheduled before the reading.
  [null, null, null, 0, true, -460n],
  // Nothing is known of BOS.
  [null, null, null, 10, true, null],
  [false, null, f((f(12.3) / 4) * 0.5), null, false, null],
  [false, f(25.5 - f(12.3)), null, 8, false, 60n],
  // No gusts: a division by zero.
  [true, f(25.5 - f(30.7)), null, 9, false, 21n],
]

let house: TrainedAndServed
let client: GrpcClient

beforeAll(async () => {
  house = await trainAndServe()
  client = new GrpcClient(house.server.dataPlane.grpc ?? '')
})

afterAll(async () => {
  client.close()
  await house.close()
})

const requestOf = ([, origin, dest, scheduled, share]: readonly (string | null)[]) => ({
  origin,
  dest,
  scheduled: scheduled === undefined || scheduled === null ? null : day(scheduled),
  share: share === undefined || share === null ? null : Number(share),
  ...plain,
})

interface Echoed {
  readonly value: unknown
  readonly status: string
}

describe('a training set', () => {
  it('has the features as hand-computed, and not what they alone read', () => {
    expect(Object.keys(house.trained[0] ?? {})).toEqual(['wind', 'there__wind', ...sent, ...computed, 'late'])
    expect(house.trained.map((row) => computed.map((name) => row[name]))).toEqual(expected)
  })

  it('is reported with what is null and what failed', () => {
    expect(house.report.onDemand).toEqual([
      { name: 'windy', dtype: 'bool', values: 5, nulls: 2, failed: 0 },
      { name: 'head', dtype: 'float32', values: 4, nulls: 3, failed: 0 },
      { name: 'ratio', dtype: 'float32', values: 2, nulls: 4, failed: 1 },
      { name: 'hour', dtype: 'int32', values: 6, nulls: 1, failed: 0 },
      { name: 'calm', dtype: 'bool', values: 7, nulls: 0, failed: 0 },
      { name: 'wait', dtype: 'int64', values: 5, nulls: 2, failed: 0 },
    ])
    expect(house.datasetText).toMatch(/ratio +28\.6 % +57\.1 % +14\.3 %/)
  })
})

describe('predictions', () => {
  it.each(['08:05', '09:20'])('at %s compute what the training set has', async (time) => {
    await house.serveAt(time)
    const rows = flights.flatMap((flight, index) => (flight[0] === time ? [{ flight, index }] : []))
    const { status, body } = await house.server.post('/v1/models/delay/predict', {
      rows: rows.map(({ flight }) => requestOf(flight)),
      echo_features: true,
    })
    expect(status, JSON.stringify(body)).toBe(200)
    const echoed = (body as { predictions: { features: Record<string, Echoed> }[] }).predictions.map(({ features }) => features)
    const asEchoed = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
    expect(echoed.map((features) => computed.map((name) => features[name]?.value))).toEqual(
      rows.map(({ index }) => computed.map((name) => asEchoed(house.trained[index]?.[name]))),
    )
    expect(echoed.at(-1)?.['ratio']).toEqual({ value: null, status: time === '09:20' ? 'FAILED' : 'NULL_VALUE' })
    expect(echoed[0]?.['windy']).toEqual({ value: time === '09:20', status: 'PRESENT' })
  })

  it('give the same by tensors and gRPC', async () => {
    const names = ['share', ...Object.keys(plain)]
    const [, origin, dest] = flights[6] ?? []
    const row = requestOf(flights[6] ?? [])
    const floats = names.map((name) => ({ name, datatype: 'FP32', shape: [1], data: [Number(row[name as keyof typeof row])] }))
    const texts = { origin, dest, scheduled: day('09:21') }
    const inputs = [
      ...floats,
      ...Object.entries(texts).map(([name, text]) => ({ name, datatype: 'BYTES', shape: [1], data: [text] })),
    ]
    const plainAnswer = await house.server.post('/v1/models/delay/predict', { rows: [row], echo_features: true })
    const [first] = (plainAnswer.body as { predictions: { score: number; features: unknown }[] }).predictions
    const { status, body } = await house.server.post('/v2/models/delay/infer', { inputs, parameters: { echo_features: true } })
    expect(status, JSON.stringify(body)).toBe(200)
    const answer = body as { outputs: { name: string; data: number[] }[]; parameters: { features: string } }
    expect(answer.outputs.find(({ name }) => name === 'probabilities')?.data[1]).toBeCloseTo(first?.score ?? NaN, 6)
    expect(JSON.parse(answer.parameters.features)).toEqual([first?.features])
    const binary = await client.ask<{ parameters: Record<string, { string_param: string }> }>('ModelInfer', {
      model_name: 'delay',
      inputs: inputs.map(({ data, ...input }) => ({
        ...input,
        contents:
          input.datatype === 'FP32' ? { fp32_contents: data } : { bytes_contents: data.map((text) => Buffer.from(String(text))) },
      })),
      parameters: { echo_features: { bool_param: true } },
    })
    expect(JSON.parse(binary.parameters['features']?.string_param ?? '')).toEqual([first?.features])
  })

  it('are counted where they failed', async () => {
    const { body } = await house.server.get('/metrics')
    expect(String(body)).toMatch(/mainward_on_demand_failures_total\{model="delay",feature="ratio"\} [1-9]/)
  })

  it.each<[string, object, string]>([
    [
      'a feature that is computed',
      { windy: true },
      'rows[0]: "windy" is computed on demand: send what it is computed of instead',
    ],
    [
      'a time without zone',
      { scheduled: '2013-01-01T09:21:00' },
      'rows[0].scheduled: expected a time in ISO 8601 with its zone (2013-01-01T05:00:00Z), found "2013-01-01T09:21:00"',
    ],
    ['a text for a number', { share: 'much' }, 'rows[0].share: expected a number, found "much"'],
  ])('refuse %s', async (_, wrong, message) => {
    const { status, body } = await house.server.post('/v1/models/delay/predict', {
      rows: [{ ...requestOf(flights[6] ?? []), ...wrong }],
    })
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(JSON.stringify(message).slice(1, -1))])
  })

  it('refuse a row without what expressions read', async () => {
    const { scheduled: _, ...row } = requestOf(flights[6] ?? [])
    const { status, body } = await house.server.post('/v1/models/delay/predict', { rows: [row] })
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('\\"scheduled\\" is missing')])
  })

  it('declare as inputs what callers send', async () => {
    const { body } = await house.server.get('/v2/models/delay')
    const names = (body as { inputs: { name: string; datatype: string }[] }).inputs.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['origin', 'dest', 'scheduled', 'share']))
    expect(names).not.toEqual(expect.arrayContaining(['windy']))
    expect(names).not.toContain('gusts')
  })
})

describe('records', () => {
  it('hold the values, what was read, and a row that can be sent again; skew finds none, and what was changed', async () => {
    await house.server.stop()
    const records = house.records()
    const first = records.find(({ time, row_index: row }) => time.includes('08:05') && row === 0)
    expect(first?.on_demand).toEqual({
      read: { share: 0.1, scheduled: String(BigInt(Date.parse(day('08:30'))) * 1000n) },
      values: { windy: false, head: f(25.5 - f(12.3)), ratio: f((f(12.3) / 4) * f(0.1)), hour: 8, calm: false, wait: '60' },
    })
    expect(Object.keys(first?.row ?? {}).sort()).toEqual([...sent, 'origin', 'dest', 'scheduled'].sort())
    expect(first?.row['scheduled']).toBe('2013-01-01T08:30:00Z')
    const write = (name: string, changed: readonly object[]) =>
      writeFileSync(join(house.folder, name), changed.map((record) => `${JSON.stringify(record)}\n`).join(''))
    write('records.jsonl', records)
    const equal = await runCommand(house.folder, ['features', 'skew', 'delay', '--records', 'records.jsonl', '--json'])
    expect(equal.errors).toBe('')
    const report = JSON.parse(equal.output) as {
      verdict: string
      features: { feature: string; view: string | null; compared: number }[]
    }
    expect([equal.code, report.verdict]).toEqual([0, 'equal'])
    expect(report.features.filter(({ view }) => view === null).map(({ feature }) => feature)).toEqual(computed)
    const planted = records.map((record) =>
      record === first && record.on_demand !== undefined
        ? { ...record, on_demand: { ...record.on_demand, values: { ...record.on_demand.values, windy: true, hour: null } } }
        : record,
    )
    write('planted.jsonl', planted)
    const found = await runCommand(house.folder, ['features', 'skew', 'delay', '--records', 'planted.jsonl'])
    expect(found.code).toBe(1)
    expect(found.output).toMatch(/differs: online true, offline false/)
    expect(found.output).toMatch(/missing online: online NULL_VALUE, offline 8/)
  })
})

describe('the catalogue and lineage', () => {
  it('list them', async () => {
    const { output } = await runCommand(house.folder, ['features', 'list'])
    expect(output).toMatch(/delay:head +float32 +kn +there__wind - wind +weather:wind as there__wind, weather:wind +tests/)
    const shown = await runCommand(house.folder, ['features', 'show', 'delay:hour'])
    expect(shown.output).toMatch(/reads +scheduled of the request/)
    const { output: lineage } = await runCommand(house.folder, ['lineage', 'OnDemand/delay:calm', '--format', 'json'])
    const { edges } = JSON.parse(lineage) as { edges: { upstream: string; downstream: string }[] }
    expect(edges.map(({ upstream, downstream }) => `${upstream} > ${downstream}`)).toEqual(
      expect.arrayContaining([
        'Feature/weather:wind > OnDemand/delay:calm',
        'OnDemand/delay:windy > OnDemand/delay:calm',
        'OnDemand/delay:calm > Model/delay',
        'Model/delay > ModelVersion/delay-1',
      ]),
    )
  })
})

describe('an import', () => {
  const first = { wind: 12.5, gusts: 4, at: day('07:30'), there__wind: 25.5, scheduled: day('08:30'), share: 0.1 }
  const importRow = async (row: object) => {
    writeFileSync(join(house.folder, 'sample.json'), JSON.stringify([row]))
    return runCommand(house.folder, ['import', 'delay', '--onnx', 'model.onnx', '--sample', 'sample.json'])
  }

  it('refuses values that the expressions do not give', async () => {
    const { code, errors } = await importRow({ ...first, windy: true, ...plain })
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining('row 1 of the sample: "windy" is true, its expression gives false'),
    ])
  })

  it('refuses a sample without what they read', async () => {
    const { gusts: _, ...row } = first
    const { code, errors } = await importRow({ ...row, ...plain })
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining('row 1 of the sample: expected "gusts", which on-demand features read, found none'),
    ])
  })

  it('computes them of the columns that they read, behind those of the sample', async () => {
    const { wind, gusts, at, there__wind: there, scheduled, share } = first
    const { code, errors } = await importRow({ wind, there__wind: there, share, ...plain, gusts, at, scheduled })
    expect([code, errors]).toEqual([0, ''])
    const text = readFileSync(join(house.folder, 'models/delay/versions/2.yaml'), 'utf8')
    const { spec } = parseYaml(text) as { spec: ModelVersionSpec }
    expect(spec.signature.inputs[0]?.features).toEqual(['wind', 'there__wind', ...sent, ...computed])
    expect(spec.requestFeatures.map(({ name }) => name)).toEqual([...sent, 'scheduled'])
    expect(spec.onDemand.map(({ name, cel }) => [name, cel])[2]).toEqual(['ratio', 'wind / gusts * share'])
    // 12.5 / 4 × 0.1 as a float32; an hour from 07:30 to 08:30.
    expect(spec.goldenRows[0]?.inputs).toMatchObject({
      windy: false,
      head: 13,
      ratio: Math.fround(3.125 * f(0.1)),
      hour: 8,
      calm: false,
      wait: 60,
    })
  })

  it('is asked for again when an expression changes, and not when it is only written otherwise', async () => {
    const file = join(house.folder, 'delay.yaml')
    const text = readFileSync(file, 'utf8')
    const validate = async (from: string, to: string) => {
      writeFileSync(file, text.replace(from, to))
      const { output, errors } = await runCommand(house.folder, ['validate'])
      return `${output}${errors}`
    }
    expect(await validate('cel: wind > 25 }', 'cel: (wind)>25 }')).not.toContain('version-behind')
    expect(await validate('cel: wind > 25 }', 'cel: wind >= 25 }')).toMatch(
      /version-behind .*expected onDemand as version 2 has it/,
    )
    expect(await validate('onDemandOnly: [gusts, at, scheduled]', 'onDemandOnly: [at, scheduled]')).toMatch(
      /version-behind .*expected onDemandOnly as version 2 has it/,
    )
    writeFileSync(file, text)
  })
})
