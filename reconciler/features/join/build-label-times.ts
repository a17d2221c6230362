/** The narrow side of the join: for each label row that has all its keys, the keys, its time, and the time values are taken as of. */
import type { JoinGrid, JoinView } from './join-request.ts'
import { quoteName } from '../engine/quote.ts'

/** `at` (microseconds) on the grid: the greatest multiple of `refresh` that is at most `at - lag`, also before 1970. */
export function gridTime(at: string, grid: JoinGrid | null): string {
  if (grid === null) return at
  const shifted = `(${at} - ${grid.lagUs})`
  const refresh = String(grid.refreshUs)
  // DuckDB's % takes the sign of its left side: the second % makes it the distance from the grid point below.
  return `(${shifted} - ((${shifted} % ${refresh}) + ${refresh}) % ${refresh})`
}

/** Names of the key columns inside of the join: k0, k1, … */
export function keyNames(view: JoinView): readonly string[] {
  return view.keys.map((_, index) => `k${index}`)
}

/** Columns: keys, `l` (the label's `__row`), `at` and `t` (microseconds). A row without one of its keys matches nothing, and is not here. */
export function buildLabelTimes(labels: string, view: JoinView): string {
  const keys = view.keys.map(({ label }, index) => `${quoteName(label)} AS k${index}`)
  const present = view.keys.map(({ label }) => `${quoteName(label)} IS NOT NULL`)
  return (
    `SELECT ${keys.join(', ')}, "__row" AS l, epoch_us("__at") AS "at", ${gridTime('epoch_us("__at")', view.grid)} AS t ` +
    `FROM ${quoteName(labels)} WHERE ${[...present, 'epoch_us("__at") IS NOT NULL'].join(' AND ')}`
  )
}
