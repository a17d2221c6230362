/** One value of a request on its way into a tensor: checks it, applies the null rule, never rounds. Knows no protocol. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Datatype, NullPolicy, NullRule } from '../../core/release.ts'
import { largestHalf, writeHalf } from './half.ts'

/** What a tensor of the column's datatype stores: bigint for INT64 and UINT64, string for BYTES, the word for FP16, else a number. */
export type CellValue = number | bigint | string

/** Turns a JSON value, or a bigint, into what the tensor stores. Throws `invalid-input` without a place: the caller knows it. */
export type ReadCell = (value: unknown) => CellValue

export interface CellOptions {
  readonly datatype: Datatype
  /** Undefined: the column has no name, the tensor's datatype alone decides. */
  readonly dtype: FeatureDtype | undefined
  readonly nulls: NullRule
}

/** The largest value that still rounds to a finite float32. */
export const largestFloat32 = 3.4028235677973362e38

const integerRanges = {
  UINT8: [0, 255],
  UINT16: [0, 65_535],
  UINT32: [0, 4_294_967_295],
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  INT32: [-2_147_483_648, 2_147_483_647],
} as const

export function nullRuleOf(policy: NullPolicy, feature: string): NullRule {
  const rules = policy.features
  return rules !== undefined && Object.hasOwn(rules, feature) ? (rules[feature] ?? policy.default) : policy.default
}

/**
 * Throws `unsupported` when values of this dtype can not be put into a tensor of this datatype. A timestamp in a tensor of
 * numbers is a number in the unit that the model was trained with: nothing is guessed from text.
 */
export function compileCell({ datatype, dtype, nulls }: CellOptions): ReadCell {
  const read = compileValue(datatype, dtype === 'timestamp' && datatype !== 'BYTES' ? undefined : dtype)
  const nullValue = compileNull(datatype, nulls)
  return (value) => (value === null || value === undefined ? nullValue() : read(value))
}

function compileNull(datatype: Datatype, rule: NullRule): () => CellValue {
  if (typeof rule === 'number') {
    const value = replacementFor(datatype, rule)
    if (value !== null) return () => value
    return () => refuse('a number can not replace null in a text column')
  }
  if (rule === 'model' && (datatype === 'FP32' || datatype === 'FP64')) return () => NaN
  if (rule === 'model' && datatype === 'FP16') return () => writeHalf(NaN)
  if (rule === 'model') return () => refuse(`null can not be put into a tensor of ${datatype}`)
  return () => refuse('null is refused by the null policy of the model')
}

function replacementFor(datatype: Datatype, rule: number): CellValue | null {
  if (datatype === 'BYTES') return null
  if (datatype === 'INT64' || datatype === 'UINT64') return BigInt(Math.trunc(rule))
  return datatype === 'FP16' ? writeHalf(rule) : rule
}

function compileValue(datatype: Datatype, dtype: FeatureDtype | undefined): ReadCell {
  switch (datatype) {
    case 'BOOL':
      return readBoolean
    case 'BYTES':
      if (dtype === undefined || dtype === 'string' || dtype === 'timestamp') return readText
      break
    case 'INT64':
    case 'UINT64':
      if (dtype === 'bool') return (value) => BigInt(readBoolean(value))
      if (dtype !== 'string') return (value) => readBigInteger(value, datatype)
      break
    case 'FP32':
    case 'FP64':
      if (dtype !== 'string') return compileFloat(datatype, dtype)
      break
    case 'FP16':
      if (dtype === undefined) return () => refuse('FP16 has no JSON form: use the binary tensor extension')
      if (dtype !== 'string') return compileHalf(dtype)
      break
    default:
      if (dtype === 'bool') return readBoolean
      if (dtype !== 'string') return compileInteger(integerRanges[datatype])
  }
  throw new MainwardError('unsupported', `a ${String(dtype)} can not be put into a tensor of ${datatype}`)
}

function compileFloat(datatype: 'FP32' | 'FP64', dtype: FeatureDtype | undefined): ReadCell {
  if (dtype === 'bool') return readBoolean
  if (dtype === 'int32') return compileInteger(integerRanges.INT32)
  if (dtype === 'int64') return compileInteger([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
  const largest = datatype === 'FP32' ? largestFloat32 : Number.MAX_VALUE
  return (value) => {
    if (typeof value !== 'number') return expected('a number', value)
    return value <= largest && value >= -largest ? value : refuse(`the number is too large for ${datatype}`)
  }
}

/** A named feature has its own datatype, which JSON can carry; only the model's own matrix of halves has no JSON form. */
function compileHalf(dtype: FeatureDtype): ReadCell {
  const read = compileFloat('FP32', dtype)
  return (value) => {
    const number = Number(read(value))
    return Math.abs(number) <= largestHalf ? writeHalf(number) : refuse('the number is too large for FP16')
  }
}

function compileInteger([low, high]: readonly [number, number]): (value: unknown) => number {
  return (given) => {
    const value = typeof given === 'bigint' ? Number(given) : given
    if (typeof value !== 'number' || !Number.isInteger(value)) return expected('an integer', value)
    return value >= low && value <= high ? value : refuse(`expected an integer from ${low} to ${high}, found ${value}`)
  }
}

/** Numbers up to 2^53 - 1; larger ones as decimal text, because a JSON number would have been rounded already. */
function readBigInteger(value: unknown, datatype: 'INT64' | 'UINT64'): bigint {
  if (typeof value === 'bigint') return inRange(value, datatype)
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (!Number.isSafeInteger(value)) {
      return refuse(`the integer is beyond 2^53 and JSON numbers are rounded there: send it as a string of digits`)
    }
    return inRange(BigInt(value), datatype)
  }
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return inRange(BigInt(value), datatype)
  return expected('an integer', value)
}

function inRange(value: bigint, datatype: 'INT64' | 'UINT64'): bigint {
  const kept = datatype === 'INT64' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)
  return kept === value ? value : refuse(`${value} does not fit into ${datatype}`)
}

function readBoolean(value: unknown): number {
  if (value === true || value === 1) return 1
  if (value === false || value === 0) return 0
  return expected('true or false', value)
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value : expected('a string', value)
}

function expected(what: string, found: unknown): never {
  return refuse(`expected ${what}, found ${describe(found)}`)
}

/** A value as an error message shows it: short, and never a whole document. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (value !== null && typeof value === 'object') return 'an object'
  return String(value)
}

function refuse(message: string): never {
  throw new MainwardError('invalid-input', message)
}

/** Puts the place before the message of a refused value; other errors stay as they are. */
export function placeError(error: unknown, place: string): unknown {
  if (!(error instanceof MainwardError) || error.code !== 'invalid-input') return error
  return new MainwardError('invalid-input', `${place}: ${error.message}`)
}
