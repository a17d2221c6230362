/** A row as text that no other row of the same columns has, in SQL. It names values and not how an engine holds them. */
import type { EngineColumn } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'

const whole = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT))$/

/**
 * Null is nothing at all. A text has its length in bytes before it, so that no text looks like another cell, or like two. Floats are the
 * shortest digits that read back as the same DOUBLE, with `-0.0`, `nan`, `inf` and `-inf`; every NaN is the same. Timestamps are whole
 * microseconds since the epoch.
 */
function cell({ name, type }: EngineColumn): string {
  const value = quoteName(name)
  if (whole.test(type)) return `${value}::VARCHAR`
  switch (type) {
    case 'BOOLEAN':
      return `CASE WHEN ${value} THEN 't' WHEN NOT ${value} THEN 'f' END`
    case 'FLOAT':
    case 'DOUBLE':
      return `CASE WHEN isnan(${value}) THEN 'nan' ELSE ${value}::DOUBLE::VARCHAR END`
    case 'TIMESTAMP':
      return `epoch_us(${value})::VARCHAR`
    case 'VARCHAR':
      return `strlen(${value})::VARCHAR || ':' || ${value}`
    default:
      throw new Error(`column ${name}: no digest is defined for values of type ${type}`)
  }
}

/** An expression: the cells with a comma after each, and a line feed at the end. */
export function canonicalRow(columns: readonly EngineColumn[]): string {
  return `concat(${columns.flatMap((column) => [cell(column), "','"]).join(', ')}, chr(10))`
}
