/** Whether reading a number from text kept its value. */

/** True when the number is finite and prints as its source, with as many digits as the source has. */
export function isExactNumber(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false
  const digits = significantDigits(source)
  // Fifteen decimal digits always survive the way into a 64-bit float and back (IEEE 754, DBL_DIG).
  if (digits === null || digits.length <= 15) return true
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
