/** Windowed functions by brute force: of the rows that stand at t, those in (t - window, t], one after the other. */
import type { AggregateFunction } from '../../../../reconciler/core/feature-definition.ts'
import { bruteTime, sameKeys, standingRows, type BruteLabel, type BruteRow, type BruteRule, type Placed } from './brute-join.ts'
import { nearest, toUnits } from './exact-number.ts'

export interface BruteWindow {
  readonly function: AggregateFunction
  readonly column: 'value' | 'whole' | null
  readonly window: bigint
  readonly isFiltered: boolean
  readonly quantile: number | null
}

type Value = number | bigint | boolean

export function rowsInWindow(rows: readonly BruteRow[], label: BruteLabel, rule: BruteRule, window: bigint): readonly Placed[] {
  const t = bruteTime(label.at, rule.grid)
  return standingRows(rows, t, rule).filter(
    (row) => row.event !== null && sameKeys(row, label) && row.event <= t && row.event > t - window,
  )
}

/** What the values that are not finite make of a sum; null: nothing, all are. */
function special(values: readonly number[]): number | null {
  const total = values.filter((value) => !Number.isFinite(value)).reduce((sum, value) => sum + value, 0)
  return values.every(Number.isFinite) ? null : total
}

function sum(values: readonly number[]): bigint {
  return values.reduce((total, value) => total + toUnits(value), 0n)
}

/** Sample variance as a fraction of whole numbers of 2^-2148; its root by Newton, in whole numbers again. */
function spread(values: readonly number[]): number {
  const n = BigInt(values.length)
  const units = values.map(toUnits)
  const total = units.reduce((all, unit) => all + unit, 0n)
  const squares = units.reduce((all, unit) => all + unit * unit, 0n)
  const over = n * squares - total * total
  if (over === 0n) return 0
  // A root of 2^400 times the number has 200 more bits.
  const scaled = (over << 400n) / (n * (n - 1n))
  let root = 1n << BigInt(Math.ceil(scaled.toString(2).length / 2) + 1)
  for (;;) {
    const next = (root + scaled / root) >> 1n
    if (next >= root) break
    root = next
  }
  return nearest(root, 1n << 200n)
}

function quantileOf(values: readonly number[], quantile: number): number {
  if (values.some(Number.isNaN)) return NaN
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const place = (sorted.length - 1) * quantile
  const low = sorted[Math.floor(place)] ?? NaN
  const high = sorted[Math.ceil(place)] ?? NaN
  return low === high ? low : low + (high - low) * (place - Math.floor(place))
}

function extreme(values: readonly Value[], sign: 1 | -1): Value {
  if (values.some((value) => Number.isNaN(value))) return NaN
  return values.reduce((best, value) => ((sign === 1 ? value > best : value < best) ? value : best))
}

function byEvent(rows: readonly Placed[], which: 'first' | 'last'): Placed | undefined {
  const newer = (a: Placed, b: Placed): number => (a.written === b.written ? a.place - b.place : a.written > b.written ? -1 : 1)
  const order = (a: Placed, b: Placed): number => {
    if (a.happened !== b.happened) return (a.happened < b.happened ? -1 : 1) * (which === 'first' ? 1 : -1)
    return newer(a, b)
  }
  return [...rows].sort(order)[0]
}

/** Whole sums are bigint; `null` where the window holds nothing (0 for counts). */
export function bruteWindow(rows: readonly BruteRow[], label: BruteLabel, rule: BruteRule, asked: BruteWindow): Value | null {
  const counted = rowsInWindow(rows, label, rule, asked.window).filter((row) => !asked.isFiltered || row.flag === true)
  const read = (row: Placed): Value | null => (asked.column === null ? true : row[asked.column])
  const held = counted.filter((row) => read(row) !== null)
  const values = held.map((row) => read(row) as Value)
  const floats = values.map(Number)
  const isWhole = asked.column === 'whole'
  if (asked.function === 'count') return BigInt(values.length)
  if (asked.function === 'count_distinct') return BigInt(new Set(values.map((value) => (value === 0 ? 0 : value))).size)
  if (values.length === 0) return null
  switch (asked.function) {
    case 'sum':
      return isWhole ? (values as bigint[]).reduce((a, b) => a + b, 0n) : (special(floats) ?? nearest(sum(floats)))
    case 'mean':
      if (isWhole) return nearest((values as bigint[]).reduce((a, b) => a + b, 0n) << 1074n, BigInt(values.length))
      return special(floats) ?? nearest(sum(floats), BigInt(values.length))
    case 'min':
    case 'max':
      return extreme(values, asked.function === 'max' ? 1 : -1)
    case 'stddev':
      if (values.length < 2) return null
      return floats.every(Number.isFinite) ? spread(floats) : NaN
    case 'quantile':
      return quantileOf(floats, asked.quantile ?? 0)
    case 'first':
    case 'last': {
      const row = byEvent(held, asked.function)
      return row === undefined ? null : read(row)
    }
  }
}
