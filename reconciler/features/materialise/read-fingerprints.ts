/** One number for all that a view's rows said at a time: when it is another one later, data came late or was changed. */
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { timeExpressions, type ViewFill } from './view-fill.ts'

/**
 * For each time, in microseconds, over the rows that were known by then; one scan. The sum of the rows' hashes and their number: the order
 * of rows does not count, how often one is there does.
 */
export async function readFingerprints(engine: Engine, fill: ViewFill, timesUs: readonly bigint[]): Promise<readonly string[]> {
  const { created, known } = timeExpressions(fill)
  // A version that is created ends the one before it, also while its own event is still to come.
  const counts = fill.definition.rowKey.length > 0 ? created : known
  const columns = [...fill.columnTypes.keys()].filter((name) => name !== '__row').map(quoteName)
  const sums = timesUs.map((time, index) => {
    const filter = `filter (time <= ${time})`
    return `coalesce(sum(hashed) ${filter}, 0)::varchar || ' ' || count(*) ${filter} as t${index}`
  })
  const [row] = await engine.query(
    `select ${sums.join(', ')} from (select hash(${columns.join(', ')}) as hashed, ${counts} as time from ${quoteName(fill.relation)})`,
  )
  return timesUs.map((_, index) => String(row?.[`t${index}`]))
}
