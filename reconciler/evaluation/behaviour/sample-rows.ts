/** Rows of the test part for behaviour tests: drawn by a seed, each row as likely as the others, in one pass and bounded memory. */
import type { FeatureValue } from '../../core/feature-value.ts'
import { randomBelow, seededRandom, type RandomSource } from '../../statistics/random/seeded-random.ts'
import type { EvaluationRows, RowBatch } from '../evaluation-rows.ts'

export interface SampledRow {
  /** Number of the row in its part, from 0. */
  readonly row: number
  readonly inputs: Readonly<Record<string, FeatureValue>>
}

/** Apart from the streams of other uses of the seed. */
const stream = 0x6265

/**
 * At most `count` rows, in an order by chance: the first of them are a sample, too. Vitter, "Random Sampling with a Reservoir" (ACM TOMS
 * 1985), algorithm R, then shuffled. The same rows, count and seed give the same sample.
 */
export async function sampleRows(rows: EvaluationRows, count: number, seed: number): Promise<readonly SampledRow[]> {
  const random = seededRandom(seed, stream)
  const sample: SampledRow[] = []
  let seen = 0
  for await (const batch of rows.batches()) {
    for (let index = 0; index < batch.rows; index += 1) {
      const place = seen < count ? seen : randomBelow(random, seen + 1)
      if (place < count) sample[place] = readRow(batch, index, seen)
      seen += 1
    }
  }
  return shuffled(sample, random)
}

function readRow({ features }: RowBatch, index: number, row: number): SampledRow {
  const inputs = Object.entries(features).map(([name, column]) => {
    const value = column[index] ?? null
    return [name, Number.isNaN(value) ? null : value] as const
  })
  return { row, inputs: Object.fromEntries(inputs) }
}

/** Fisher and Yates. */
function shuffled<Value>(values: readonly Value[], random: RandomSource): readonly Value[] {
  const copy = [...values]
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = randomBelow(random, last + 1)
    const [a, b] = [copy[last], copy[other]]
    if (a !== undefined && b !== undefined) [copy[last], copy[other]] = [b, a]
  }
  return copy
}
