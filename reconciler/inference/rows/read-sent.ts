/** A value that a caller sends, as a value of its dtype: what expressions compute with. Never rounds an integer. Knows no tensor. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import { parseInstant } from '../../core/instant.ts'
import { describe } from './cell.ts'

/**
 * Null is a value that is not known, also as NaN. An int64 beyond 2^53 is a text of digits, a timestamp ISO 8601 with its zone or a bigint
 * of microseconds. Throws `invalid-input` without a place.
 */
export function readSent(dtype: FeatureDtype, value: unknown): FeatureValue {
  if (value === null || value === undefined || Number.isNaN(value)) return null
  switch (dtype) {
    case 'bool':
      if (value === true || value === 1 || value === 1n) return true
      return value === false || value === 0 || value === 0n ? false : refuseValue('true or false', value)
    case 'string':
      return typeof value === 'string' ? value : refuseValue('a string', value)
    case 'int32':
      return Number(readInteger(value, 32))
    case 'int64':
      return readInteger(value, 64)
    case 'timestamp':
      return readTime(value)
    case 'float32':
    case 'float64':
      return typeof value === 'number' ? value : refuseValue('a number', value)
  }
}

function readInteger(value: unknown, bits: number): bigint {
  const found = readWholeNumber(value)
  if (BigInt.asIntN(bits, found) === found) return found
  throw invalidValue(`expected an integer of ${bits} bits, found ${found}`)
}

/** Of any size. Throws `invalid-input` without a place. */
export function readWholeNumber(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  if (typeof value !== 'number' || !Number.isInteger(value)) return refuseValue('an integer', value)
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw invalidValue('the integer is beyond 2^53 and JSON numbers are rounded there: send it as a string of digits')
}

/** In microseconds since the epoch. Throws `invalid-input` without a place. */
export function readTime(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  const micros = typeof value === 'string' ? parseInstant(value) : null
  return micros ?? refuseValue('a time in ISO 8601 with its zone (2013-01-01T05:00:00Z)', value)
}

export function refuseValue(expected: string, value: unknown): never {
  throw invalidValue(`expected ${expected}, found ${describe(value)}`)
}

export function invalidValue(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
