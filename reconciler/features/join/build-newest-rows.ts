/**
 * The rows that were ever the newest known ones: a row that is already superseded when it becomes known is dropped, so that one ASOF
 * join on `known` finds the newest (event, created) of all rows known by then.
 */

/** (event, created) as one number, so that the running maximum is a maximum over a number; later created wins among equal events. */
const packed = 'event::HUGEINT * 18446744073709551616 + created'

/**
 * From a relation of row versions, of those that stay: keys, `known`, `event`, `created`, `row`; at most one for each key and `known`.
 * Among rows of the same key, event and created time the one with the least `row` counts.
 */
export function buildNewestRows(versions: string, keys: readonly string[]): string {
  const columns = [...keys, 'known', 'event', 'created', '"row"'].join(', ')
  const partition = `PARTITION BY ${keys.join(', ')}`
  const running =
    `SELECT ${columns}, peers FROM (SELECT *, max(packed) OVER (running RANGE UNBOUNDED PRECEDING) AS best, ` +
    `count(*) OVER (running RANGE BETWEEN CURRENT ROW AND CURRENT ROW) AS peers ` +
    `FROM (SELECT ${columns}, ${packed} AS packed FROM ${versions} WHERE stays) ` +
    `WINDOW running AS (${partition} ORDER BY known)) WHERE packed = best`
  // Few rows share the moment they became known: only they pay for being told apart.
  return (
    `WITH running AS MATERIALIZED (${running}) SELECT ${columns} FROM running WHERE peers = 1 UNION ALL ` +
    `SELECT ${columns} FROM running WHERE peers > 1 ` +
    `QUALIFY row_number() OVER (${partition}, known ORDER BY event DESC, created DESC, "row") = 1`
  )
}
