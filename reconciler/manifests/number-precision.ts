/** Whether reading a number from text kept its value. */

/** The smallest number that has the full precision of a 64-bit float (IEEE 754, DBL_MIN). */
const smallestNormal = 2 ** -1022

/** True when the number is finite and prints as its source, with as many digits as the source has. */
export function isExactNumber(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false
  const digits = significantDigits(source)
  if (digits === null) return Number.isSafeInteger(value)
  if (value === 0) return digits === ''
  // Fifteen decimal digits always survive the way into a 64-bit float and back (IEEE 754, DBL_DIG).
  if (digits.length <= 15 && Math.abs(value) >= smallestNormal) return true
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?[0-9]+$/.test(source)) return false
  return (
    digits === significantDigits(String(value)) || digits === significantDigits(value.toPrecision(Math.min(100, digits.length)))
  )
}

/** The digits without sign, point, exponent and zeros at both ends; null for hexadecimal and octal numbers. */
function significantDigits(source: string): string | null {
  const match = /^[-+]?([0-9]*)\.?([0-9]*)(?:[eE][-+]?[0-9]+)?$/.exec(source)
  return match === null ? null : `${match[1]}${match[2]}`.replace(/^0+/, '').replace(/0+$/, '')
}
