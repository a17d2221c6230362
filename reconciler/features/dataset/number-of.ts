/** A column of a dataset that is no text, as a number in SQL. */
import { quoteName } from '../engine/quote.ts'

/** A double, null for NaN. */
export function numberOf(feature: string, dtype: string): string {
  const column = quoteName(feature)
  if (dtype === 'bool') return `${column}::int::double`
  return dtype === 'float32' || dtype === 'float64'
    ? `case when isnan(${column}) then null else ${column}::double end`
    : `${column}::double`
}
