/** Values of arguments as SQL has them, in the type of a column. */
import type { Json } from '../../core/digest.ts'
import { parseInstant } from '../../core/instant.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { quoteText } from '../engine/quote.ts'
import { sqlTypes } from '../sources/sql-types.ts'

/** A constant of the column's type. A number for a column of float32 is rounded to it, as the values of the column were. */
export function literalOf(value: Json, dtype: FeatureDtype): string {
  if (value === null) return `CAST(NULL AS ${sqlTypes[dtype]})`
  if (dtype === 'bool') return value === true ? 'TRUE' : 'FALSE'
  if (dtype === 'string') return quoteText(value as string)
  if (dtype === 'timestamp') return `make_timestamp(${instantOf(value)})`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `CAST('${text}' AS ${sqlTypes[dtype]})`
}

/** Values of a set, each once. */
export function literalsOf(values: Json, dtype: FeatureDtype): readonly string[] {
  return [...new Set((values as readonly Json[]).map((value) => literalOf(value, dtype)))]
}

/** A bound as SQL compares it with a column, and as a program compares it with what the engine gives for the column. */
export interface Bound {
  readonly sql: string
  readonly value: number | bigint
}

/** Whole numbers are compared as such: 2^53 + 1 is above 2^53. */
export function boundOf(value: Json, dtype: FeatureDtype): Bound {
  if (dtype === 'timestamp') return { sql: literalOf(value, dtype), value: instantOf(value) }
  if (typeof value === 'string') return { sql: literalOf(value, 'int64'), value: BigInt(value) }
  const number = value as number
  if (Number.isSafeInteger(number) && dtype.startsWith('int')) return { sql: literalOf(number, 'int64'), value: BigInt(number) }
  if (dtype !== 'float32' || !Number.isFinite(Math.fround(number))) return { sql: literalOf(number, 'float64'), value: number }
  return { sql: literalOf(number, 'float32'), value: Math.fround(number) }
}

/** Microseconds since the epoch. */
function instantOf(value: Json): bigint {
  const instant = parseInstant(value as string)
  if (instant === null) throw new Error(`an unchecked time: ${JSON.stringify(value)}`)
  return instant
}
