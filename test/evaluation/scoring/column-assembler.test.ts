/** Columns become the same tensors, bit by bit, as the same rows do on their way through serving. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { featureDtypes, type FeatureDtype } from '../../../reconciler/core/feature-dtype.ts'
import type { FeatureValue } from '../../../reconciler/core/feature-value.ts'
import type { Datatype, NullRule } from '../../../reconciler/core/release.ts'
import { compileColumnAssembler } from '../../../reconciler/evaluation/scoring/column-assembler.ts'
import { compileRowAssembler, type RowLayout } from '../../../reconciler/inference/rows/row-assembler.ts'

const numbers = [0, -0, 1, -1, 0.1, 1e-45, 3.5e38, -3.4e38, 1e300, Infinity, NaN, 2 ** 31, 2 ** 53, 65_520, null] as const

const values: Readonly<Record<FeatureDtype, readonly FeatureValue[]>> = {
  float32: numbers,
  float64: numbers,
  int32: [0, 7, -5, 2 ** 31, 1.5, NaN, null],
  int64: [0n, 7n, -(2n ** 62n), 2n ** 53n, null],
  bool: [true, false, null],
  string: ['', 'Zürich', null],
  timestamp: [0n, 1_371_024_000_000_000n, null],
}

const datatypes: readonly Datatype[] = ['FP32', 'FP64', 'INT64', 'INT32', 'UINT8', 'BOOL', 'BYTES', 'FP16']
const rules: readonly NullRule[] = ['model', 'reject', 3.7]

interface Outcome {
  readonly bytes?: string
  readonly shape?: readonly number[]
  readonly error?: string
}

/** What differs in messages is where the row is said to be. */
function outcome(assemble: () => ReturnType<ReturnType<typeof compileRowAssembler>['assemble']>): Outcome {
  try {
    const tensor = assemble()['x']
    if (tensor === undefined) return { error: 'no tensor' }
    const { data, shape } = tensor
    const bytes = ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') : JSON.stringify(data) // prettier-ignore
    return { bytes, shape }
  } catch (error) {
    return { error: (error as Error).message.replace(/^rows\[\d+\]\.\w+: /, '').replace(/^row \d+, "\w+": /, '') }
  }
}

const column = fc
  .constantFrom(...featureDtypes)
  .chain((dtype) =>
    fc.record({ dtype: fc.constant(dtype), values: fc.array(fc.constantFrom(...values[dtype]), { minLength: 3, maxLength: 3 }) }),
  )

const drawn = fc.record({
  datatype: fc.constantFrom(...datatypes),
  columns: fc.array(column, { minLength: 1, maxLength: 3 }),
  nulls: fc.constantFrom(...rules),
})

describe('columns of rows', () => {
  it('make the tensors that rows make, or are refused with the same words', () => {
    fc.assert(
      fc.property(drawn, ({ datatype, columns, nulls }) => {
        const names = columns.map((_, index) => `f${index}`)
        const layout: RowLayout = {
          signature: { inputs: [{ name: 'x', datatype, shape: [-1, names.length], features: names }], outputs: { score: 'y' } },
          requestFeatures: columns.map(({ dtype }, index) => ({ name: `f${index}`, dtype })),
          nulls: { default: nulls },
        }
        const known = (value: FeatureValue | undefined): FeatureValue =>
          value === undefined || Number.isNaN(value) ? null : value
        const rows = [0, 1, 2].map((row) =>
          Object.fromEntries(columns.map((each, index) => [`f${index}`, known(each.values[row])])),
        )
        const features = Object.fromEntries(columns.map((each, index) => [`f${index}`, each.values]))
        // The first row that is refused is not the first column's: both are asked row by row.
        for (const row of [0, 1, 2]) {
          const byRow = outcome(() => compileRowAssembler(layout).assemble(rows, [row]))
          const byColumn = outcome(() => compileColumnAssembler(layout).assemble(features, { start: row, count: 1, size: 1 }, 0))
          expect(byColumn).toEqual(byRow)
        }
        const all = outcome(() => compileRowAssembler(layout).assemble(rows, [0, 1, 2]))
        const together = outcome(() => compileColumnAssembler(layout).assemble(features, { start: 0, count: 3, size: 3 }, 0))
        if (all.error === undefined) expect(together).toEqual(all)
        else expect(together.error).toBeDefined()
      }),
      { numRuns: 2000 },
    )
  })

  const floats: RowLayout = {
    signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2], features: ['a', 'b'] }], outputs: { score: 'y' } },
    requestFeatures: [{ name: 'a', dtype: 'float64' }, { name: 'b', dtype: 'int32' }], // prettier-ignore
    nulls: { default: 'model', features: { b: 'reject' } },
  }

  it('may be typed, with NaN for null, and repeat the last row where the model wants more', () => {
    const features = { a: Float64Array.of(0.1, NaN, 3), b: Int32Array.of(1, 2, 3) }
    const { x } = compileColumnAssembler(floats).assemble(features, { start: 1, count: 2, size: 4 }, 0)
    expect(x).toMatchObject({ shape: [4, 2] })
    expect([...(x?.data as Float32Array)]).toEqual([NaN, 2, 3, 3, 3, 3, 3, 3])
  })

  it('are named with the row of the part where a value is refused', () => {
    const assembler = compileColumnAssembler(floats)
    const features = { a: [1, 2], b: [1, null] }
    expect(() => assembler.assemble(features, { start: 0, count: 2, size: 2 }, 8192)).toThrow(
      'row 8193, "b": null is refused by the null policy of the model',
    )
    expect(() => assembler.assemble({ a: [1] }, { start: 0, count: 1, size: 1 }, 0)).toThrow('the rows have no column "b"')
  })

  it('can not fill an input without names', () => {
    const layout: RowLayout = {
      ...floats,
      signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }], outputs: { score: 'y' } },
    }
    expect(() => compileColumnAssembler(layout)).toThrow('the input "x" has no named features')
  })
})
