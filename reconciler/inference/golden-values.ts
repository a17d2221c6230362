/** Values of golden rows as JSON: how outputs are written down, and when a value that is found is the expected one. Pure. */
import type { Json } from '../core/digest.ts'
import type { Datatype } from '../core/release.ts'

export type OutputValue = number | bigint | string | boolean

/**
 * How far a float may be from what was recorded: `absolute + relative * |expected|`. Machines add in other orders, fuse
 * multiplications and approximate exp differently; that moves a float32 (24 bits, 6e-8) by some hundred units in the last
 * place at most, and a probability by less than 1e-6. A wrong model, a swapped column or a lost null rule moves it by far
 * more. FP64 has the same bounds, because the trees of ONNX compute in float32 whatever they answer. FP16 has 11 bits (5e-4).
 */
const tolerances = {
  FP16: { absolute: 1e-3, relative: 5e-3 },
  FP32: { absolute: 1e-5, relative: 1e-4 },
  FP64: { absolute: 1e-5, relative: 1e-4 },
} as const satisfies Partial<Record<Datatype, { readonly absolute: number; readonly relative: number }>>

type Float = keyof typeof tolerances

/**
 * Floats within the tolerance; everything else exactly. Null expects what JSON does not have: NaN or an infinity. A 64-bit
 * integer may be expected as a number or as a string of digits.
 */
export function isExpected(expected: Json, found: OutputValue, datatype: Datatype): boolean {
  if (isFloat(datatype)) return isNearlyExpected(expected, Number(found), tolerances[datatype])
  if (typeof found === 'bigint')
    return expected === String(found) || (Number.isSafeInteger(expected) && expected === Number(found))
  if (typeof found === 'boolean') return expected === found || expected === Number(found)
  return expected === found
}

function isNearlyExpected(expected: Json, found: number, { absolute, relative }: (typeof tolerances)[Float]): boolean {
  if (expected === null || (typeof expected === 'number' && Number.isNaN(expected))) return !Number.isFinite(found)
  if (typeof expected !== 'number') return false
  if (!Number.isFinite(expected)) return expected === found
  return Math.abs(found - expected) <= absolute + relative * Math.abs(expected)
}

function isFloat(datatype: Datatype): datatype is Float {
  return Object.hasOwn(tolerances, datatype)
}

/** A float32 as the shortest decimal that is read as the same float32; NaN and infinities null; large integers as digits. */
export function toGoldenValue(found: OutputValue, datatype: Datatype): Json {
  if (typeof found === 'bigint') return Number.isSafeInteger(Number(found)) ? Number(found) : String(found)
  if (typeof found !== 'number') return found
  if (!Number.isFinite(found)) return null
  return datatype === 'FP32' ? shortestFloat32(found) : found
}

function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}
