/** Recorded values as values of their dtypes. */
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../reconciler/core/digest.ts'
import { compileRecordReader } from '../../../reconciler/evaluation/replay/recorded-request.ts'

const dtypes = { whole: 'int64', at: 'timestamp', speed: 'float32', text: 'string', flag: 'bool' } as const

const reader = compileRecordReader({
  signature: {
    inputs: [
      { name: 'input', datatype: 'FP32', shape: [-1, 3], features: ['whole', 'speed', 'late'] },
      { name: 'matrix', datatype: 'FP32', shape: [-1, 4] },
    ],
    outputs: { score: 'score' },
  },
  requestFeatures: Object.entries(dtypes).map(([name, dtype]) => ({ name, dtype })),
  onDemand: [
    { name: 'half', dtype: 'float32', cel: 'speed / 2.0' },
    { name: 'late', dtype: 'bool', cel: 'flag && half > 1.0' },
  ],
  nulls: { default: 'model' },
})

const request = (fields: Readonly<Record<string, Json>>) => ({ requestId: null, unit: null, fields })

describe('a recorded request', () => {
  it('has whole numbers and times of 64 bits, and no NaN', () => {
    const fields = {
      whole: '9007199254740993',
      at: '1370070000000000',
      speed: 'NaN',
      text: '12',
      flag: true,
      matrix: [1, 2, 3, 4],
      other: 'x',
    }
    expect(reader.row(request(fields))).toEqual({ ...fields, whole: 9007199254740993n, at: 1370070000000000n, speed: null })
    expect(reader.row(request({ whole: 7, at: '2013-06-01T07:00:00Z', speed: '-Infinity' }))).toEqual({
      whole: 7,
      at: '2013-06-01T07:00:00Z',
      speed: -Infinity,
    })
  })

  it('lacks inputs by the names of what is sent or read, unless it has what is computed of them', () => {
    expect(reader.missing(request({ whole: 1 }))).toEqual(['speed', 'flag', 'matrix'])
    expect(reader.missing(request({ whole: 1, speed: 2, matrix: [], late: true }))).toEqual([])
    expect(reader.missing(request({ whole: 1, speed: null, matrix: [], flag: null }))).toEqual([])
  })
})
