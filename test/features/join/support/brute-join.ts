/** The rule of the join by brute force, written from its words and not from the SQL: every label looks at every row. */

export interface BruteRow {
  /** Null in a key: the row describes nothing. */
  readonly keys: readonly (string | null)[]
  readonly event: bigint | null
  readonly created: bigint | null
  /** Null in it: the row is its own version. */
  readonly rowKey: readonly (number | null)[]
  readonly value: number | null
  readonly whole: bigint | null
  readonly flag: boolean | null
}

export interface BruteLabel {
  readonly keys: readonly (string | null)[]
  readonly at: bigint
}

export interface BruteRule {
  readonly isStatic: boolean
  readonly hasRowKey: boolean
  readonly ttl: bigint | null
  readonly asOf: bigint | null
  readonly grid: { readonly refresh: bigint; readonly lag: bigint } | null
}

export interface Placed extends BruteRow {
  readonly place: number
  readonly happened: bigint
  readonly written: bigint
}

const beginning = -(2n ** 63n) + 1n

export function bruteTime(at: bigint, grid: BruteRule['grid']): bigint {
  if (grid === null) return at
  let point = at - grid.lag
  while (point % grid.refresh !== 0n) point -= 1n
  return point
}

export function sameKeys(row: BruteRow, label: BruteLabel): boolean {
  return row.keys.every((key, index) => key !== null && key === label.keys[index])
}

/** Row versions that stand at t, of all keys: created by then, and not replaced by then. */
export function standingRows(rows: readonly BruteRow[], t: bigint, rule: BruteRule): readonly Placed[] {
  const written = rows.map((row, place): Placed => {
    const happened = rule.isStatic ? beginning : (row.event ?? beginning)
    return { ...row, place, happened, written: row.created ?? happened }
  })
  const known = written.filter((row) => row.written <= t && (rule.asOf === null || row.written <= rule.asOf))
  return known.filter(
    (row) =>
      !rule.hasRowKey ||
      row.rowKey.includes(null) ||
      !known.some(
        (other) =>
          other.rowKey.every((part, index) => part === row.rowKey[index]) &&
          (other.written > row.written || (other.written === row.written && other.place < row.place)),
      ),
  )
}

/** The value, and whether a row was found. */
export function bruteJoin(
  rows: readonly BruteRow[],
  label: BruteLabel,
  rule: BruteRule,
): { readonly found: boolean; readonly value: number | null; readonly place: number | null } {
  const t = bruteTime(label.at, rule.grid)
  let best: Placed | undefined
  for (const row of standingRows(rows, t, rule)) {
    if (!sameKeys(row, label) || (!rule.isStatic && (row.event === null || row.event > t))) continue
    const later =
      best === undefined ||
      row.happened > best.happened ||
      (row.happened === best.happened && row.written > best.written) ||
      (row.happened === best.happened && row.written === best.written && row.place < best.place)
    if (later) best = row
  }
  const young = best !== undefined && (rule.ttl === null || rule.isStatic || label.at - best.happened <= rule.ttl)
  return best !== undefined && young
    ? { found: true, value: best.value, place: best.place }
    : { found: false, value: null, place: null }
}
