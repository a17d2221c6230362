/** Floats as whole numbers of 2^-1074, and back to the nearest float: arithmetic without rounding, for references. */
const unitBits = 1074

/** A finite float in units of 2^-1074. */
export function toUnits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 2047n)
  const fraction = bits & (2n ** 52n - 1n)
  const size = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1)
  return value < 0 ? -size : size
}

/** The float nearest to `numerator / denominator` units, half to even. */
export function nearest(numerator: bigint, denominator = 1n): number {
  const size = numerator < 0n ? -numerator : numerator
  if (size === 0n) return 0
  // Scaled so that the quotient has 60 to 61 bits, the last of which says whether anything was cut off.
  const shift = BigInt(size.toString(2).length - denominator.toString(2).length - 60)
  const [top, bottom] = shift > 0n ? [size, denominator << shift] : [size << -shift, denominator]
  const quotient = top / bottom
  const sticky = top % bottom === 0n ? 0n : 1n
  const rounded = Number((quotient << 1n) | sticky)
  const exponent = Number(shift) - 1 - unitBits
  const half = Math.floor(exponent / 2)
  const scaled = rounded * 2 ** half * 2 ** (exponent - half)
  return numerator < 0n ? -scaled : scaled
}
