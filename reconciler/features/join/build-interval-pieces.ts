/**
 * Which intervals hold a given time, without comparing each with each. An interval [a, b) is cut once, where its two ends differ first:
 * at a multiple of `width`, else at the highest bit in which a and b - 1 differ. Left of the cut it holds t when a <= t, right of
 * the cut when b - 1 >= t. So of all intervals with the same cut, those that hold t are the first ones in the order of one number,
 * and every aggregate over them is a running one. This is the interval tree of Edelsbrunner and McCreight, with fixed nodes.
 *
 * An interval makes at most two pieces; a time makes one lookup for each level that exists (63 at most), two at the level of `width`.
 */

/** Bits are compared above zero: times from year -144170 to 148111. */
const shift = '4611686018427387904'

/** Levels are numbered by their highest bit; the level of `width` by this. */
const widthLevel = 64

/** Where x lies among blocks of `width`, also before 1970. */
function blockOf(x: string, width: bigint): string {
  return `((${x} - ((${x} % ${width}) + ${width}) % ${width}) // ${width})`
}

export interface IntervalColumns {
  readonly keys: readonly string[]
  /** Columns that travel with a piece, unchanged. */
  readonly payload: readonly string[]
}

/** Adds `level`: where an interval is cut. `bin` gives the bits of a number, from the highest that is set. */
function levelled(relation: string, width: bigint | null): string {
  const bits = 'CASE WHEN a = b - 1 THEN 0 ELSE length(bin(xor(a + SHIFT, b - 1 + SHIFT))) END'.replaceAll('SHIFT', shift)
  const level =
    width === null ? bits : `CASE WHEN ${blockOf('a', width)} <> ${blockOf('(b - 1)', width)} THEN ${widthLevel} ELSE ${bits} END`
  return `SELECT *, (${level})::TINYINT AS level FROM ${relation} WHERE a < b`
}

/**
 * `relation` has the keys, `a`, `b` (BIGINT) and the payload; with a `width`, no interval is longer than it. Result: keys, `level`,
 * `side` (0 left of the cut, 1 right), `block`, `x`, payload. A time is held by a piece of its lookups with `x` <= the lookup's.
 */
export function buildIntervalPieces(relation: string, columns: IntervalColumns, width: bigint | null): string {
  const same = (side: number, block: string, x: string, condition: string): string =>
    `SELECT ${[...columns.keys, 'level', `${side}::TINYINT AS side`, `${block} AS block`, `${x} AS x`, ...columns.payload].join(', ')} ` +
    `FROM cut WHERE ${condition}`
  const block = (x: string): string =>
    width === null
      ? `((${x} + ${shift}) >> level)`
      : `CASE WHEN level = ${widthLevel} THEN ${blockOf(x, width)} ELSE ((${x} + ${shift}) >> least(level, 63)) END`
  return (
    `WITH cut AS MATERIALIZED (${levelled(relation, width)}) ${same(0, block('a'), 'a', 'true')} UNION ALL ` +
    same(1, block('(b - 1)'), '1 - b', 'level > 0')
  )
}

/**
 * `relation` has the keys, `l` and `t`; `pieces` is the relation that buildIntervalPieces made. Result: keys, `level`, `side`, `block`,
 * `x`, `l`.
 */
export function buildIntervalLookups(relation: string, pieces: string, keys: readonly string[], width: bigint | null): string {
  const columns = keys.map((key) => `times.${key}`).join(', ')
  const right = `level > 0 AND ((t + ${shift}) >> (greatest(level, 1) - 1)) % 2 = 1`
  const bits =
    `SELECT ${columns}, level, (CASE WHEN ${right} THEN 1 ELSE 0 END)::TINYINT AS side, (t + ${shift}) >> level AS block, ` +
    `CASE WHEN ${right} THEN -t ELSE t END AS x, l ` +
    `FROM ${relation} AS times, (SELECT DISTINCT level FROM ${pieces} WHERE level < ${widthLevel}) AS levels`
  if (width === null) return bits
  const sides = [0, 1].map(
    (side) =>
      `SELECT ${columns}, ${widthLevel}::TINYINT AS level, ${side}::TINYINT AS side, ${blockOf('t', width)} AS block, ` +
      `${side === 0 ? 't' : '-t'} AS x, l FROM ${relation} AS times`,
  )
  return [...sides, bits].join(' UNION ALL ')
}
