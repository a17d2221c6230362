/** The sample of rows for behaviour tests: seeded, each row as likely as the others. */
import { describe, expect, it } from 'vitest'
import { sampleRows } from '../../../reconciler/evaluation/behaviour/sample-rows.ts'
import type { EvaluationRows } from '../../../reconciler/evaluation/evaluation-rows.ts'

/** Rows whose feature is their number, in batches. */
function numbered(count: number, batchRows: number): EvaluationRows {
  return {
    features: ['number', 'text'],
    batches: async function* () {
      for (let first = 0; first < count; first += batchRows) {
        const rows = Math.min(batchRows, count - first)
        const number = Float64Array.from({ length: rows }, (_, index) => first + index)
        yield await Promise.resolve({
          rows,
          features: { number, text: [...number].map((each) => (each === 3 ? null : `t${each}`)) },
          label: number,
          side: {},
        })
      }
    },
  }
}

describe('a sample', () => {
  it('has values of the row that it names', async () => {
    for (const { row, inputs } of await sampleRows(numbered(1000, 64), 100, 7)) {
      expect(inputs).toEqual({ number: row, text: row === 3 ? null : `t${row}` })
    }
  })

  it('has every row once where there are fewer, and is another order for another seed', async () => {
    const rows = (await sampleRows(numbered(10, 4), 50, 7)).map(({ row }) => row)
    expect(rows.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect((await sampleRows(numbered(10, 4), 50, 8)).map(({ row }) => row)).not.toEqual(rows)
  })

  it('does not depend on batches', async () => {
    expect(await sampleRows(numbered(500, 7), 20, 7)).toEqual(await sampleRows(numbered(500, 500), 20, 7))
  })

  it('draws each row as often as the others, also as its first', async () => {
    const drawn = new Array<number>(20).fill(0)
    const first = new Array<number>(20).fill(0)
    const seeds = 4000
    for (let seed = 0; seed < seeds; seed += 1) {
      const sample = await sampleRows(numbered(20, 20), 5, seed)
      for (const { row } of sample) drawn[row] = (drawn[row] ?? 0) + 1
      const own = sample[0]?.row ?? 0
      first[own] = (first[own] ?? 0) + 1
    }
    // Binomial: 4000 at 1/4 is 1000 with a deviation of 27, at 1/20 it is 200 with 14; five of them are left.
    for (const count of drawn) expect(Math.abs(count - seeds / 4)).toBeLessThan(5 * 27.4)
    for (const count of first) expect(Math.abs(count - seeds / 20)).toBeLessThan(5 * 13.8)
  })
})
