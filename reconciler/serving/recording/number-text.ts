/** A short decimal text of an element of a tensor, as JSON. Knows no record. */
import type { Datatype } from '../../core/release.ts'
import { writeFloat32 } from '../../inference/rows/float32-text.ts'
import { readHalf } from '../../inference/rows/half.ts'
import type { TensorData } from '../../inference/tensor.ts'
import { cleanText } from './clean-text.ts'

/** One element as JSON. A number that is none is null; a float32 has no more digits than it needs. */
export function elementText(datatype: Datatype, data: TensorData, index: number): string {
  const value = data[index]
  switch (typeof value) {
    case 'number':
      if (datatype === 'FP32') return writeFloat32(value)
      if (datatype === 'BOOL') return value === 1 ? 'true' : 'false'
      if (datatype === 'FP16') return writeFloat32(readHalf(value))
      return Number.isFinite(value) ? String(value) : 'null'
    case 'string':
      return JSON.stringify(cleanText(value))
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`
    default:
      return 'null'
  }
}
