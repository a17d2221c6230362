/** A short decimal text of an element of a tensor, as JSON. Knows no record. */
import type { Datatype } from '../../core/release.ts'
import { readHalf } from '../../inference/rows/half.ts'
import type { TensorData } from '../../inference/tensor.ts'
import { cleanText } from './clean-text.ts'

/** One element as JSON. A number that is none is null; a float32 has few digits more than tell it from its neighbours. */
export function elementText(datatype: Datatype, data: TensorData, index: number): string {
  const value = data[index]
  switch (typeof value) {
    case 'number':
      if (datatype === 'FP32') return floatText(value)
      if (datatype === 'BOOL') return value === 1 ? 'true' : 'false'
      if (datatype === 'FP16') return floatText(readHalf(value))
      return Number.isFinite(value) ? String(value) : 'null'
    case 'string':
      return JSON.stringify(cleanText(value))
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`
    default:
      return 'null'
  }
}

/** A value that float32 can hold. Most have few decimals: rounding to them is ten times faster than printing digits. */
function floatText(value: number): string {
  if (Math.fround(value) !== value || !Number.isFinite(value)) return Number.isFinite(value) ? String(value) : 'null'
  if (Number.isInteger(value)) return String(value)
  for (let scale = 100; scale <= 1_000_000; scale *= 100) {
    const rounded = Math.round(value * scale) / scale
    if (Math.fround(rounded) === value) return String(rounded)
  }
  // Nine digits tell every float32 from its neighbours; whether fewer would do is not worth the time.
  return value.toPrecision(9)
}
