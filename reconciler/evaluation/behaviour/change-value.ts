/** Values of a feature that a behaviour test puts in place of a row's own. Pure. */
import type { FeatureChange } from '../../core/behaviour-test.ts'
import { randomBelow, seededRandom } from '../../statistics/random/seeded-random.ts'
import type { SampledRow } from './sample-rows.ts'

export type InputValue = SampledRow['inputs'][string]

/** The value after the change; null: it is the same, or there is none to change. */
export function changeValue(value: InputValue, change: FeatureChange): { readonly value: InputValue } | null {
  if (change.type === 'set') return isSame(value, change.to) ? null : { value: change.to }
  const changed = computeChange(value, change)
  return changed === null || isSame(value, changed) ? null : { value: changed }
}

function computeChange(value: InputValue, { type, by }: Extract<FeatureChange, { readonly by: number }>): InputValue {
  if (typeof value === 'bigint') return type === 'add' ? value + BigInt(by) : value * BigInt(by)
  if (typeof value !== 'number' || Number.isNaN(value)) return null
  return type === 'add' ? value + by : value * by
}

/** What JSON writes as a number may be a bigint of a table, and a time of a table a text of a test. */
function isSame(a: InputValue, b: InputValue): boolean {
  return a === b || (typeof a === 'bigint' && typeof b === 'number' ? a === BigInt(b) : Number.isNaN(a) && b === null)
}

const stream = 0x696e

/**
 * For each row the value that another row has, chosen by the seed; null for rows without a value, and where no other row has another one.
 * Rows without a value lend none.
 */
export function valuesOfOthers(
  rows: readonly SampledRow[],
  feature: string,
  seed: number,
): readonly ({ readonly value: InputValue } | null)[] {
  const random = seededRandom(seed, stream)
  const own = rows.map(({ inputs }) => inputs[feature] ?? null).map((value) => (Number.isNaN(value) ? null : value))
  const lenders = own.filter((value) => value !== null)
  return own.map((value) => {
    if (value === null) return null
    const start = randomBelow(random, lenders.length)
    for (let step = 0; step < lenders.length; step += 1) {
      const other = lenders[(start + step) % lenders.length] ?? null
      if (other !== value) return { value: other }
    }
    return null
  })
}
