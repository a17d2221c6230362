/** Rows in the order of their scores: sorted once, shared by all that ranks. */

export interface ScoreOrder {
  /** Row numbers, lowest score first; rows of equal scores in their own order. */
  readonly rows: Uint32Array
  /** The scores in that order, with 0 for -0. */
  readonly sorted: Float64Array
}

const digitBits = 11
const digits = 1 << digitBits
const digitMask = digits - 1
/** Where the digits of a key begin: three in each half of 32 bits, lowest first. */
const shifts = [0, 11, 22] as const

interface Keys {
  readonly low: Uint32Array
  readonly high: Uint32Array
  readonly rows: Uint32Array
}

/**
 * Stable and ascending, by a radix sort (least significant digit first) of the bits of the doubles, in the order of
 * IEEE 754 totalOrder: linear in the rows. Digits that all keys share are passed over, so that scores of float32 cost half.
 * Takes numbers that are not NaN.
 */
export function orderScores(scores: Float64Array): ScoreOrder {
  let keys = keysOf(scores)
  let spare = emptyKeys(scores.length)
  for (const half of ['low', 'high'] as const) {
    for (const shift of shifts) {
      const starts = startsOf(keys[half], shift)
      if (starts === null) continue
      moveByDigit(keys, spare, { half, shift, starts })
      ;[keys, spare] = [spare, keys]
    }
  }
  return { rows: keys.rows, sorted: scoresOf(scores, keys.rows) }
}

function emptyKeys(length: number): Keys {
  return { low: new Uint32Array(length), high: new Uint32Array(length), rows: new Uint32Array(length) }
}

/** Bits that order as whole numbers as the doubles do: negative numbers are inverted, the others get their sign bit set. */
function keysOf(scores: Float64Array): Keys {
  const keys = emptyKeys(scores.length)
  const { low, high, rows } = keys
  const double = new Float64Array(1)
  const halves = new Uint32Array(double.buffer)
  const [lowAt, highAt] = isLittleEndian() ? [0, 1] : [1, 0]
  for (let row = 0; row < scores.length; row += 1) {
    double[0] = (scores[row] ?? NaN) + 0
    const upper = halves[highAt] ?? 0
    const negative = upper >>> 31 === 1
    low[row] = negative ? ~(halves[lowAt] ?? 0) : (halves[lowAt] ?? 0)
    high[row] = negative ? ~upper : upper | 0x80000000
    rows[row] = row
  }
  return keys
}

function isLittleEndian(): boolean {
  return new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
}

/** Where each digit's run begins; null when all keys have the same digit. */
function startsOf(half: Uint32Array, shift: number): Uint32Array | null {
  const counts = new Uint32Array(digits)
  for (let index = 0; index < half.length; index += 1) {
    const digit = ((half[index] ?? 0) >>> shift) & digitMask
    counts[digit] = (counts[digit] ?? 0) + 1
  }
  let start = 0
  for (let digit = 0; digit < digits; digit += 1) {
    const count = counts[digit] ?? 0
    if (count === half.length) return null
    counts[digit] = start
    start += count
  }
  return counts
}

interface Pass {
  readonly half: 'low' | 'high'
  readonly shift: number
  readonly starts: Uint32Array
}

function moveByDigit(from: Keys, to: Keys, { half, shift, starts }: Pass): void {
  const digitsOf = from[half]
  const { low, high, rows } = from
  const { low: toLow, high: toHigh, rows: toRows } = to
  for (let index = 0; index < rows.length; index += 1) {
    const digit = ((digitsOf[index] ?? 0) >>> shift) & digitMask
    const place = starts[digit] ?? 0
    starts[digit] = place + 1
    if (half === 'low') toLow[place] = low[index] ?? 0
    toHigh[place] = high[index] ?? 0
    toRows[place] = rows[index] ?? 0
  }
}

function scoresOf(scores: Float64Array, rows: Uint32Array): Float64Array {
  const sorted = new Float64Array(rows.length)
  for (let index = 0; index < rows.length; index += 1) sorted[index] = (scores[rows[index] ?? 0] ?? NaN) + 0
  return sorted
}
