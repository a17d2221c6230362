/** A column as a digest holds it, in SQL: one of the four types that engines hash. It names values and not how an engine holds them. */
import type { EngineColumn } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'

const whole = /^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/

/** Whole numbers are BIGINT, floats DOUBLE; timestamps are whole microseconds since the epoch. */
export function canonicalColumn({ name, type }: EngineColumn): string {
  const value = quoteName(name)
  if (whole.test(type)) return `${value}::BIGINT`
  switch (type) {
    case 'BOOLEAN':
    case 'VARCHAR':
      return value
    case 'FLOAT':
    case 'DOUBLE':
      return `${value}::DOUBLE`
    case 'TIMESTAMP':
      return `epoch_us(${value})`
    default:
      throw new Error(`column ${name}: no digest is defined for values of type ${type}`)
  }
}
