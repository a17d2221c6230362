/**
 * Quantiles of windows, exactly: each label descends a binary tree over the ranks of its key's values (a wavelet tree), one level a
 * step. At a node it counts the intervals of the left half that hold its time, and goes left when its place is among them. A
 * step sorts rows and labels once; there are as many as the greatest number of distinct values of one key has bits.
 */
import type { ColumnSweep } from './build-distinct-count.ts'
import type { NamedQuery } from './build-row-matches.ts'

export interface QuantileRequest extends ColumnSweep {
  /** Relation with `l` and, named by `rows`, how many values the window of each label holds. */
  readonly counted: string
  readonly rows: string
  /** 0 to 1. */
  readonly quantile: number
}

function descent(parts: string, keys: readonly string[]): string {
  const by = keys.join(', ')
  const state = [...keys, 'l', 'upper', 't'].join(', ')
  const left = 'coalesce(inside, 0)'
  return (
    `SELECT ${state}, 0::BIGINT AS node, place, (SELECT length(bin(coalesce(max(rank), 0))) FROM ${parts}_ranked)::BIGINT AS depth ` +
    `FROM ${parts}_targets UNION ALL ` +
    `SELECT ${state}, CASE WHEN place < ${left} THEN node ELSE node + 1 END, CASE WHEN place < ${left} THEN place ELSE place - ${left} END, ` +
    `depth - 1 FROM (SELECT *, sum(change) OVER (PARTITION BY ${by}, node ORDER BY t, l IS NOT NULL ROWS UNBOUNDED PRECEDING)::BIGINT AS inside ` +
    `FROM (SELECT ${by}, l, upper, t, node * 2 AS node, place, depth, NULL::INTEGER AS change FROM ${parts}_descent WHERE depth > 0 UNION ALL ` +
    `SELECT ${by}, NULL, NULL, x, rank >> (depth - 1), NULL, depth, change FROM ${parts}_changes, ` +
    `(SELECT max(depth) AS depth FROM ${parts}_descent) AS levels WHERE depth > 0 AND (rank >> (depth - 1)) % 2 = 0)) WHERE l IS NOT NULL`
  )
}

/**
 * The last part, `PARTS_quantile`, has `l` and `value`, for labels whose window holds a value. Between two values it lies as far as the
 * quantile lies between their places: numpy's default, DuckDB's quantile_cont. NaN must be told apart by whoever asks.
 */
export function buildQuantile(request: QuantileRequest): readonly NamedQuery[] {
  const { parts, keys, column, quantile } = request
  const by = keys.join(', ')
  const equal = keys.map((key) => `found.${key} = ranks.${key}`).join(' AND ')
  const exact = `((${request.rows} - 1) * ${quantile}::DOUBLE)`
  return [
    {
      name: `${parts}_ranked`,
      sql:
        `SELECT ${by}, a, b, value, dense_rank() OVER (PARTITION BY ${by} ORDER BY value) - 1 AS rank ` +
        `FROM (SELECT ${by}, a, b, ${column}::DOUBLE AS value FROM ${request.intervals} WHERE a < b AND NOT isnan(${column}::DOUBLE))`,
    },
    {
      name: `${parts}_changes`,
      sql: `SELECT ${by}, rank, a AS x, 1 AS change FROM ${parts}_ranked UNION ALL SELECT ${by}, rank, b, -1 FROM ${parts}_ranked`,
    },
    {
      name: `${parts}_targets`,
      sql:
        `SELECT ${keys.map((key) => `times.${key}`).join(', ')}, l, t, upper, (CASE WHEN upper THEN ceil(${exact}) ELSE floor(${exact}) END)::BIGINT AS place ` +
        `FROM ${request.times} AS times JOIN ${request.counted} USING (l), (VALUES (false), (true)) AS ends(upper) WHERE ${request.rows} > 0`,
    },
    { name: `${parts}_descent`, sql: descent(parts, keys) },
    {
      name: `${parts}_quantile`,
      sql:
        `SELECT l, CASE WHEN low = high THEN low ELSE low + (high - low) * (${exact} - floor(${exact})) END AS value FROM ` +
        `(SELECT found.l, max(value) FILTER (WHERE NOT upper) AS low, max(value) FILTER (WHERE upper) AS high FROM ${parts}_descent AS found ` +
        `JOIN (SELECT DISTINCT ${by}, rank, value FROM ${parts}_ranked) AS ranks ON ${equal} AND found.node = ranks.rank ` +
        `WHERE found.depth = 0 GROUP BY found.l) JOIN ${request.counted} USING (l)`,
    },
  ]
}
