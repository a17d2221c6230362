/** Values of features as answers write them: JSON that a person reads. Pure. */
import type { Json } from '../../core/digest.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { decodeFeatureValue } from '../../core/feature-value.ts'
import { formatInstant } from '../../core/instant.ts'

/** int64 digit by digit, timestamps in ISO 8601; NaN and infinities, which JSON does not have, as text. */
export function writeValue(dtype: FeatureDtype, encoded: Json): string {
  if (encoded === null) return 'null'
  if (typeof encoded === 'number') return String(encoded)
  const value = decodeFeatureValue(dtype, encoded)
  if (typeof value === 'bigint') return dtype === 'timestamp' ? `"${formatInstant(value)}"` : value.toString()
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'number' ? `"${value}"` : JSON.stringify(value)
}

const quote = '"'

/** A value by its JSON in the store. What is no text there is written as it stands. */
export function writeStored(dtype: FeatureDtype, stored: string): string {
  if (!stored.startsWith(quote)) return stored
  if (dtype === 'string' || (dtype === 'int64' && /^"-?\d+"$/.test(stored)))
    return dtype === 'string' ? stored : stored.slice(1, -1)
  return writeValue(dtype, JSON.parse(stored) as Json)
}

/** Feast's word for no time. */
const noTime = '"1970-01-01T00:00:00Z"'

/** The times of one answer: most of its rows share theirs. */
export function rememberTimes(): (micros: bigint | null) => string {
  let at: bigint | null = null
  let text = noTime
  return (micros) => {
    if (micros !== at) {
      at = micros
      text = micros === null ? noTime : `"${formatInstant(micros)}"`
    }
    return text
  }
}

/** As many times as there are rows, and no time in any of them. */
export function repeatText(text: string, count: number): string {
  return `${text},`.repeat(Math.max(0, count - 1)) + (count > 0 ? text : '')
}

export function repeatNoTime(count: number): string {
  return repeatText(noTime, count)
}
