/** Records as text: what a model got and answered comes back from the line. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Release } from '../../../reconciler/core/release.ts'
import type { PredictionRecord } from '../../../reconciler/serving/recording/prediction-record.ts'
import { cleanText } from '../../../reconciler/serving/recording/clean-text.ts'
import { elementText } from '../../../reconciler/serving/recording/number-text.ts'
import { RecordEncoders } from '../../../reconciler/serving/recording/record-encoder.ts'
import type { ServedEntry } from '../../../reconciler/serving/recording/served-entry.ts'
import { benchFeatures, benchRow, benchScore } from '../support/bench-model.ts'
import { benchEntry, releaseRecording } from './support/entries.ts'

function encode(entry: ServedEntry, index = 0, sampled = 1): PredictionRecord {
  const line = new RecordEncoders('production').of(entry.release).encode(entry, index, sampled)
  expect(line.endsWith('}\n')).toBe(true)
  expect(line.indexOf('\n')).toBe(line.length - 1)
  return JSON.parse(line) as PredictionRecord
}

describe('a record', () => {
  it('says what was asked, what was answered, and by what', () => {
    const { row, score, ...record } = encode(benchEntry())
    expect(Object.entries(row).map(([name, value]) => [name, Math.fround(Number(value))])).toEqual(
      Object.entries(benchRow(0)).map(([name, value]) => [name, Math.fround(value)]),
    )
    expect(Math.fround(Number(score))).toBe(Math.fround(benchScore(0)))
    expect(record).toEqual({
      time: '2026-11-24T10:00:00.000Z',
      model: 'bench',
      unit: 'unit-1',
      environment: 'production',
      request_id: 'request-1',
      row_index: 0,
      wall_time: '2026-11-24T10:00:00.000Z',
      version: 1,
      release: benchEntry().release.digest,
      variant: 'stable',
      assigned: true,
      decision: benchScore(0) >= 0.5,
      predicted: 1,
      latency_ms: 1.235,
      state_version: { epoch: 1, sequence: 7 },
      sampled: 1,
    })
  })

  it('has the data clock that held when it was answered', () => {
    const state = { version: { epoch: 1, sequence: 8 }, dataTime: '2013-06-01T05:00:00.000Z' }
    expect(encode(benchEntry({ state }))).toMatchObject({
      time: '2013-06-01T05:00:00.000Z',
      wall_time: '2026-11-24T10:00:00.000Z',
    })
  })

  it('has its own row, unit and position of a request with many', () => {
    const entry = benchEntry({ rows: 3, units: ['a', null, 'c'], positions: [4, 6, 9] })
    const records = [0, 1, 2].map((index) => encode(entry, index))
    expect(records.map(({ unit, assigned, row_index, row }) => [unit, assigned, row_index, Math.fround(Number(row.f3))])).toEqual(
      [
        ['a', true, 4, Math.fround(benchRow(0).f3 ?? NaN)],
        [undefined, false, 6, Math.fround(benchRow(1).f3 ?? NaN)],
        ['c', true, 9, Math.fround(benchRow(2).f3 ?? NaN)],
      ],
    )
  })

  it('leaves out what the drop-list names, and the unit when it does', () => {
    const { row, unit } = encode(benchEntry({ release: releaseRecording(100, ['f1', 'f7', 'unit']) }))
    expect(Object.keys(row)).toEqual(benchFeatures.filter((name) => name !== 'f1' && name !== 'f7'))
    expect(unit).toBeUndefined()
  })

  it('says why a fallback answered, and has no arm where there was none', () => {
    const record = encode(benchEntry({ fallback: 'timeout', variant: null, assigned: false }))
    expect([record.fallback, 'variant' in record, record.assigned]).toEqual(['timeout', false, false])
  })

  it('has no score when that output was not asked for', () => {
    const record = encode(benchEntry({ outputs: {} }))
    expect([record.score, record.decision, record.predicted]).toEqual([undefined, undefined, undefined])
  })

  it('has null for NaN, and text that every store takes', () => {
    const { release } = benchEntry()
    const text: Release = {
      ...release,
      digest: 'sha256:text',
      signature: {
        ...release.signature,
        inputs: [{ name: 'in', datatype: 'BYTES', shape: [-1, 2], features: ['a', '__proto__'] }],
      },
    }
    const inputs = { in: { datatype: 'BYTES' as const, shape: [1, 2], data: ['nul\0 and \ud800', 'good \u{1f600} "\n'] } }
    const line = encode(benchEntry({ release: text, inputs, units: 'u\0\udc00' }))
    expect(Object.entries(line.row)).toEqual([
      ['a', 'nul\ufffd and \ufffd'],
      ['__proto__', 'good \u{1f600} "\n'],
    ])
    expect(line.unit).toBe('u\ufffd\ufffd')
    const nothing = { input: { datatype: 'FP32' as const, shape: [1, 20], data: new Float32Array(20).fill(NaN) } }
    expect(encode(benchEntry({ inputs: nothing })).row).toEqual(Object.fromEntries(benchFeatures.map((name) => [name, null])))
  })
})

describe('a tensor without named features', () => {
  const { release } = benchEntry()
  const image = (shape: readonly number[]): Release => ({
    ...release,
    digest: 'sha256:image',
    signature: { ...release.signature, inputs: [{ name: 'image', datatype: 'INT64', shape }] },
  })

  it('is nested by its dimensions, each row its own', () => {
    const data = BigInt64Array.from([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n, 2n ** 60n])
    const inputs = { image: { datatype: 'INT64' as const, shape: [2, 2, 3], data } }
    const entry = benchEntry({ release: image([-1, 2, 3]), rows: 2, inputs })
    expect(encode(entry, 0).row).toEqual({ image: [[1, 2, 3], [4, 5, 6]] }) // prettier-ignore
    expect(encode(entry, 1).row).toEqual({ image: [[7, 8, 9], [10, 11, '1152921504606846976']] }) // prettier-ignore
  })

  it('is whole when its first dimension is no row', () => {
    const inputs = { image: { datatype: 'INT64' as const, shape: [3], data: BigInt64Array.from([1n, 2n, 3n]) } }
    expect(encode(benchEntry({ release: image([3]), rows: 1, inputs })).row).toEqual({ image: [1, 2, 3] })
  })
})

describe('numbers', () => {
  it('come back exactly, with few digits for a float32', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = elementText('FP32', Float32Array.of(value), 0)
        expect(Math.fround(Number(text))).toBe(value === 0 ? 0 : value)
        expect(text.replace(/e.*$/, '').replace(/\D/g, '').replace(/^0+/, '').length).toBeLessThanOrEqual(
          Number.isInteger(value) ? 39 : 13,
        )
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['FP32', Float32Array.of(75.92), '75.92'],
    ['FP32', Float32Array.of(1e-8), '1e-8'],
    ['FP32', Float32Array.of(Infinity), 'null'],
    ['FP64', Float64Array.of(0.1), '0.1'],
    ['FP16', Uint16Array.of(0x3555), '0.33325195'],
    ['BOOL', Uint8Array.of(1), 'true'],
    ['UINT64', BigUint64Array.of(2n ** 64n - 1n), '"18446744073709551615"'],
  ] as const)('of %s are written %s as %s', (datatype, data, text) => {
    expect(elementText(datatype, data, 0)).toBe(text)
  })

  it('text keeps everything that is no NUL and no half pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanText(text)).toBe(text.replaceAll('\0', '\ufffd'))
      }),
    )
  })
})
