/**
 * Sums of floats without rounding: every value is two whole numbers, of units 2^-26 and 2^-122, and whole numbers add up exactly in any
 * order. So a running sum gives the same bits on every machine and number of threads, and a value that leaves a window leaves
 * nothing behind. All functions write SQL; `value` is an expression of type DOUBLE or null.
 */
import { quoteText } from '../engine/quote.ts'

/** Values of a sum: 0, or 2^-70 <= |x| < 2^70 (8.5e-22 to 1.18e21), or any multiple of 2^-122 below it. */
const highUnit = 2 ** -26
const lowUnit = 2 ** -122
const carryBits = 96
const carry = 2n ** BigInt(carryBits)

export const sumRange = '0 or between 2^-70 (8.5e-22) and 2^70 (1.18e21) in size'

/** How many rows, NaN, infinities: four counts of 32 bits in one number. */
export function countedKinds(value: string): string {
  return (
    `CASE WHEN ${value} IS NULL THEN NULL WHEN isfinite(${value}) THEN 1::HUGEINT WHEN isnan(${value}) THEN 4294967297::HUGEINT ` +
    `WHEN ${value} > 0 THEN 18446744073709551617::HUGEINT ELSE 79228162514264337593543950337::HUGEINT END`
  )
}

/** The counts that a sum of `countedKinds` holds. */
export function kindCounts(kinds: string): Readonly<Record<'rows' | 'nan' | 'positive' | 'negative', string>> {
  const part = (index: number): string => `((${kinds} >> ${32 * index}) & 4294967295)`
  return { rows: part(0), nan: part(1), positive: part(2), negative: part(3) }
}

function finite(value: string): string {
  return `CASE WHEN isfinite(${value}) THEN ${value} ELSE 0 END`
}

/** Whole numbers of 2^-26; a value that is too great ends the query, with what `place` names. NaN and infinities are 0 here. */
export function highLimb(value: string, place: string): string {
  const message = quoteText(
    `${place}: sum, mean and stddev take values that are ${sumRange}; scale the column in the view's transform, found `,
  )
  return (
    `CASE WHEN isfinite(${value}) AND abs(${value}) >= ${2 ** 70} THEN error(${message} || ${value}) ` +
    `ELSE trunc((${finite(value)}) * ${1 / highUnit})::HUGEINT END`
  )
}

/** What the high limb leaves, in whole numbers of 2^-122. */
export function lowLimb(value: string, place: string): string {
  const message = quoteText(
    `${place}: sum, mean and stddev take values that are ${sumRange}; scale the column in the view's transform, found `,
  )
  const high = `trunc((${finite(value)}) * ${1 / highUnit})`
  const rest = `(((${finite(value)}) - ${high} * ${highUnit}) * ${1 / lowUnit})`
  return `CASE WHEN ${rest} <> trunc(${rest}) THEN error(${message} || ${value}) ELSE ${rest}::HUGEINT END`
}

/** Two sums of limbs, and what one of each is worth. Whole numbers are the limbs of unit 1, with a low limb of 0. */
export interface LimbSum {
  readonly high: string
  readonly low: string
  readonly unit: number
}

export const floatUnit = highUnit

/** What a low limb carries into the high one, towards zero. Shifts: HUGEINT is divided bit by bit. */
function carriedOf(low: string): string {
  return `(CASE WHEN ${low} < 0 THEN -((-${low}) >> ${carryBits}) ELSE ${low} >> ${carryBits} END)`
}

/** What is left of it, with its sign. */
function restOf(low: string): string {
  return `(${low} - ${carriedOf(low)} * ${carry})`
}

/** The float nearest to a sum of limbs, to within the rounding of the low one, which is a DOUBLE already. `type` is that of the high one. */
function nearestFloat(high: string, low: string, { unit, type }: { readonly unit: number; readonly type: string }): string {
  const top = `(${high})::DOUBLE`
  const rest = `((${high}) - ${top}::${type})::DOUBLE`
  return `(${top} * ${unit} + (${rest} * ${unit} + (${low}) * ${unit / Number(carry)}))`
}

export function sumToFloat({ high, low, unit }: LimbSum): string {
  return nearestFloat(`(${high} + ${carriedOf(low)})`, `${restOf(low)}::DOUBLE`, { unit, type: 'HUGEINT' })
}

/**
 * The mean of equal values is that value. `rows` is below 2^31. Sums below 2^53 units, all those of usual whole numbers, are divided
 * as floats are: the result is the float nearest to the mean. Else it is a division of whole numbers, off by one in the last place at most.
 */
export function meanToFloat(sum: LimbSum, rows: string): string {
  const { high, low, unit } = sum
  const isSmall = `${low} = 0 AND abs(${high}) < ${2 ** 53}`
  const carried = `(${high} + ${carriedOf(low)})`
  return (
    `CASE WHEN ${isSmall} THEN (${high})::DOUBLE / ${rows} * ${unit} ` +
    `WHEN abs(${carried}) BETWEEN ${rows} * 4 AND ${2n ** 62n} THEN ${shortToFloat(sum, carried, rows)} ELSE ${longToFloat(sum, carried, rows)} END`
  )
}

/** Most sums: the quotient is 4 units at least, so that the error of its fraction, two of its last places, is a quarter of the result's. */
function shortToFloat({ low, unit }: LimbSum, carried: string, rows: string): string {
  const fraction = `((${carried}::BIGINT % ${rows}::BIGINT)::DOUBLE + ${restOf(low)}::DOUBLE * ${1 / Number(carry)}) / ${rows}`
  return nearestFloat(`(${carried}::BIGINT // ${rows}::BIGINT)`, `(${fraction}) * ${Number(carry)}`, { unit, type: 'BIGINT' })
}

function longToFloat({ low, unit }: LimbSum, carried: string, rows: string): string {
  const left = `((${carried} % ${rows}) * ${carry} + ${restOf(low)})`
  const divided = `(${left} // ${rows})::DOUBLE + (${left} % ${rows})::DOUBLE / ${rows}`
  return nearestFloat(`(${carried} // ${rows})`, divided, { unit, type: 'HUGEINT' })
}
