/** Rows with features become tensors some at a time: the same tensors, and others get their turn in between. */
import { describe, expect, it } from 'vitest'
import { compileRowAssembler, type Row } from '../../../reconciler/inference/rows/row-assembler.ts'
import { assembleJoined } from '../../../reconciler/serving/protocol/assemble-joined.ts'

const assembler = compileRowAssembler({
  signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2], features: ['a', 'b'] }], outputs: { score: 'y' } },
  requestFeatures: ['a', 'b'].map((name) => ({ name, dtype: 'float32' })),
  nulls: { default: 'model' },
})

const join = { views: [], keys: new Map(), sources: new Map(), onDemand: null }
const nothingRead = { join, keys: [], rows: [], computed: null }

const rowsOf = (count: number): readonly Row[] => Array.from({ length: count }, (_, at) => ({ a: at, b: -at }))

/** Every third row, the last one first: what one arm of several answers. */
const positions = Array.from({ length: 1000 }, (_, at) => 2997 - 3 * at)

describe('rows with features', () => {
  it('are the same tensors as those of all rows at once', async () => {
    const rows = rowsOf(3000)
    const found = await assembleJoined(assembler, nothingRead, rows, positions)
    expect(found).toEqual(assembler.assemble(rows, positions))
    expect(found.x?.shape).toEqual([1000, 2])
  })

  it('are assembled in parts, with a turn of the event loop before each but the first', async () => {
    const sizes: number[] = []
    const watched = {
      assemble: (rows: readonly Row[], own: readonly number[]) => {
        sizes.push(own.length)
        return assembler.assemble(rows, own)
      },
    }
    const assembling = assembleJoined(watched, nothingRead, rowsOf(3000), positions)
    expect(sizes).toEqual([256])
    await assembling
    expect(sizes).toEqual([256, 256, 256, 232])
  })

  it('are assembled at once where they are few', () => {
    const rows = rowsOf(256)
    const all = rows.map((_, at) => at)
    expect(assembleJoined(assembler, nothingRead, rows, all)).toEqual(assembler.assemble(rows, all))
  })
})
