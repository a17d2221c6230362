/** FP16 words (IEEE 754 binary16) and the numbers that they stand for. */

/** The largest number that still rounds to a finite half. */
export const largestHalf = 65_519.99999999999

export function readHalf(word: number): number {
  const sign = word & 0x8000 ? -1 : 1
  const exponent = (word >> 10) & 0x1f
  const fraction = word & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The nearest half, ties to the even one, rounded once. */
export function writeHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size > largestHalf) return sign | 0x7c00
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24)
  const exponent = exponentOf(size)
  return sign | (((exponent + 14) << 10) + roundToEven(size * 2 ** (10 - exponent)))
}

/** `Math.log2` may be off by one beside a power of two. */
function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size))
  if (2 ** guess > size) return guess - 1
  return 2 ** (guess + 1) <= size ? guess + 1 : guess
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest === 0.5) return below + (below % 2)
  return rest > 0.5 ? below + 1 : below
}
