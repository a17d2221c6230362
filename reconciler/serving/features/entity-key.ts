/** Keys of entities as clients send them: checked by their dtype, and written as the online store names a row. Pure. */
import type { KeyDtype } from '../../core/feature-definition.ts'
import { encodeEntityKey, type FeatureValue } from '../../core/feature-value.ts'
import { invalidValue, readTime, readWholeNumber, refuseValue } from '../../inference/rows/read-sent.ts'

/** The key of one row of one view. */
export interface EntityKey {
  /** The text by which the online store finds the row. */
  readonly text: string
  readonly values: readonly FeatureValue[]
  /** A key that is not known is the key of nothing: it is not looked up. */
  readonly hasNull: boolean
}

/** Keys by view, then by row. */
export type JoinKeys = readonly (readonly EntityKey[])[]

/** UTF-16 code units of one key. */
export const largestKeyLength = 1024

/**
 * The value of a key; null when it is not known. An int64 beyond 2^53 is a text of digits, a timestamp ISO 8601 with zone or a bigint
 * of microseconds. Throws `invalid-input` without a place.
 */
export function readKey(dtype: KeyDtype, value: unknown): FeatureValue {
  if (value === null || value === undefined) return null
  switch (dtype) {
    case 'string':
      return readText(value)
    case 'bool':
      return typeof value === 'boolean' ? value : refuseValue('true or false', value)
    case 'int32':
      return Number(readInteger(value, -2_147_483_648n, 2_147_483_647n))
    case 'int64':
      return readInteger(value, -(2n ** 63n), 2n ** 63n - 1n)
    case 'timestamp':
      return readTime(value)
  }
}

export function buildEntityKey(values: readonly FeatureValue[]): EntityKey {
  return { text: encodeEntityKey(values), values, hasNull: values.includes(null) }
}

function readText(value: unknown): string {
  if (typeof value !== 'string') return refuseValue('a string', value)
  if (value.length <= largestKeyLength) return value
  throw invalidValue(`a key may have ${largestKeyLength} characters, found ${value.length}`)
}

function readInteger(value: unknown, low: bigint, high: bigint): bigint {
  const found = readWholeNumber(value)
  if (found < low || found > high) throw invalidValue(`expected an integer from ${low} to ${high}, found ${found}`)
  return found
}
