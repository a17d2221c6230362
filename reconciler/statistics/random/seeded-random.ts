/** Numbers that look drawn by chance and are the same for the same seed, on every machine. Not for secrets. */

/** The next whole number of 32 bits, 0 to 2^32 - 1. */
export type RandomSource = () => number

/**
 * xoshiro128** 1.1 of Blackman and Vigna, "Scrambled linear pseudorandom number generators" (ACM TOMS 2021). The state is four whole
 * numbers of 32 bits, not all 0.
 */
export function xoshiro128([first, second, third, fourth]: readonly [number, number, number, number]): RandomSource {
  let [a, b, c, d] = [first >>> 0, second >>> 0, third >>> 0, fourth >>> 0]
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotated(d, 11)
    return result
  }
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/**
 * A source for a seed (a whole number that a double holds exactly) and the number of a stream: streams of one seed are apart, so that
 * parts of a job can be done in any order, or by several threads, and come out the same.
 */
export function seededRandom(seed: number, stream: number): RandomSource {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`expected a whole number as the seed, found ${seed}`)
  const words = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, stream >>> 0]
  const word = (index: number) => words.reduce((hash, part) => mixed(hash ^ part), mixed(index + 1))
  return xoshiro128([word(0), word(1), word(2), word(3) || 1])
}

/** The finaliser of MurmurHash3: every bit of the input moves about half of the bits of the output. */
function mixed(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}

/** A whole number from 0 to `below - 1`, each equally likely: what would favour the low ones is drawn again. */
export function randomBelow(random: RandomSource, below: number): number {
  const fair = 2 ** 32 - (2 ** 32 % below)
  let drawn = random()
  while (drawn >= fair) drawn = random()
  return drawn % below
}
