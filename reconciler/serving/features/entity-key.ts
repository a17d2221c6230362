/** Keys of entities as clients send them: checked by their dtype, and written as the online store names a row. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { KeyDtype } from '../../core/feature-definition.ts'
import { encodeEntityKey, type FeatureValue } from '../../core/feature-value.ts'
import { parseInstant } from '../../core/instant.ts'
import { describe } from '../../inference/rows/cell.ts'

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
      return typeof value === 'boolean' ? value : refuse('true or false', value)
    case 'int32':
      return Number(readInteger(value, -2_147_483_648n, 2_147_483_647n))
    case 'int64':
      return readInteger(value, -(2n ** 63n), 2n ** 63n - 1n)
    case 'timestamp':
      return typeof value === 'bigint' ? value : readTime(value)
  }
}

export function buildEntityKey(values: readonly FeatureValue[]): EntityKey {
  return { text: encodeEntityKey(values), values, hasNull: values.includes(null) }
}

function readText(value: unknown): string {
  if (typeof value !== 'string') return refuse('a string', value)
  if (value.length <= largestKeyLength) return value
  throw invalid(`a key may have ${largestKeyLength} characters, found ${value.length}`)
}

function readInteger(value: unknown, low: bigint, high: bigint): bigint {
  const found = toInteger(value)
  if (found === null) return refuse('an integer', value)
  if (found < low || found > high) throw invalid(`expected an integer from ${low} to ${high}, found ${found}`)
  return found
}

function toInteger(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value
  if (typeof value === 'string') return /^-?\d{1,20}$/.test(value) ? BigInt(value) : null
  if (typeof value !== 'number' || !Number.isInteger(value)) return null
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw invalid('the integer is beyond 2^53 and JSON numbers are rounded there: send it as a string of digits')
}

function readTime(value: unknown): bigint {
  const micros = typeof value === 'string' ? parseInstant(value) : null
  return micros ?? refuse('a time in ISO 8601 with its zone (2013-01-01T05:00:00Z)', value)
}

function refuse(expected: string, value: unknown): never {
  throw invalid(`expected ${expected}, found ${describe(value)}`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
