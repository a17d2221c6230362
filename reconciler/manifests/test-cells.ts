/** Values of unit tests: whether they are ones of a dtype. */
import type { TestCell } from '../core/feature-definition.ts'
import { parseInstant } from '../core/instant.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'

/** What a value of a dtype looks like, in words. */
export const cellForms: Readonly<Record<FeatureDtype, string>> = {
  bool: 'true or false',
  int32: 'a whole number',
  int64: 'a whole number',
  float32: 'a number',
  float64: 'a number',
  string: 'a text',
  timestamp: 'a time such as 2013-01-01T05:00:00Z',
}

/** Null is a missing value of any dtype. int64 beyond 2^53 are texts; so are NaN, Infinity and -Infinity. */
export function isCellOf(value: TestCell, dtype: FeatureDtype): boolean {
  if (value === null) return true
  switch (dtype) {
    case 'bool':
      return typeof value === 'boolean'
    case 'int32':
      return typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31
    case 'int64':
      return typeof value === 'string' ? /^-?[0-9]{1,19}$/.test(value) : Number.isSafeInteger(value)
    case 'float32':
    case 'float64':
      return typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity'
    case 'string':
      return typeof value === 'string'
    case 'timestamp':
      return typeof value === 'string' && parseInstant(value) !== null
  }
}
