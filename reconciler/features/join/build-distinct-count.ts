/**
 * How many distinct values a window holds. The intervals of equal values are cut so that no two of them overlap: then each value is
 * counted once at every time, by as many pieces as there were rows.
 */
import type { NamedQuery } from './build-row-matches.ts'
import { buildSweep } from './build-sweep.ts'

export interface ColumnSweep {
  /** Prefix of the names of the parts. */
  readonly parts: string
  /** Relation with the keys, `a`, `b` and the column. */
  readonly intervals: string
  readonly times: string
  readonly keys: readonly string[]
  readonly column: string
  readonly width: bigint
}

/** The last part, `PARTS_swept`, has `l` and `m0`: the count. NaN is one value; null is none. */
export function buildDistinctCount(sweep: ColumnSweep): readonly NamedQuery[] {
  const { parts, keys, column } = sweep
  const by = keys.join(', ')
  const earlier = `PARTITION BY ${by}, ${column} ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING`
  const alone: NamedQuery = {
    name: `${parts}_alone`,
    sql:
      `SELECT ${by}, greatest(a, coalesce(max(b) OVER (${earlier}), a)) AS a, b FROM ${sweep.intervals} ` +
      `WHERE ${column} IS NOT NULL AND a < b`,
  }
  const measures = [{ name: 'm0', input: '1::BIGINT', combine: 'sum' as const }]
  return [alone, ...buildSweep({ ...sweep, intervals: alone.name, payload: [], measures })]
}
