/** One number for all that a view's rows said at a time: when it is another one later, data came late or was changed. */
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { timeExpressions, type ViewFill } from './view-fill.ts'

/**
 * For each time, in microseconds, over the rows that were known by then; one scan. The sum of the rows' hashes and their number: the order
 * of rows does not count, how often one is there does.
 */
export async function readFingerprints(engine: Engine, fill: ViewFill, timesUs: readonly bigint[]): Promise<readonly string[]> {
  const sums = timesUs.map((time, index) => sumWhere(`time <= ${time}`, index))
  const [row] = await engine.query(`select ${sums.join(', ')} from (${hashedRows(fill)})`)
  return timesUs.map((_, index) => String(row?.[`t${index}`]))
}

/** That of a time, from that of an earlier one, where it is certain that the rows known by then are still the same. */
export async function extendFingerprint(
  engine: Engine,
  fill: ViewFill,
  known: { readonly timeUs: bigint; readonly fingerprint: string },
  untilUs: bigint,
): Promise<string> {
  const since = `where time > ${known.timeUs} and time <= ${untilUs}`
  const [row] = await engine.query(`select ${sumWhere('true', 0)} from (${hashedRows(fill)}) ${since}`)
  const [sum, count] = parts(known.fingerprint)
  const [moreSum, moreCount] = parts(String(row?.['t0']))
  return `${sum + moreSum} ${count + moreCount}`
}

function hashedRows(fill: ViewFill): string {
  const { created, known } = timeExpressions(fill)
  // A version that is created ends the one before it, also while its own event is still to come.
  const counts = fill.definition.rowKey.length > 0 ? created : known
  const columns = [...fill.columnTypes.keys()].filter((name) => name !== '__row').map(quoteName)
  return `select hash(${columns.join(', ')}) as hashed, ${counts} as time from ${quoteName(fill.relation)}`
}

function sumWhere(condition: string, index: number): string {
  const filter = `filter (${condition})`
  return `coalesce(sum(hashed) ${filter}, 0)::varchar || ' ' || count(*) ${filter} as t${index}`
}

function parts(fingerprint: string): readonly [bigint, bigint] {
  const [sum = '', count = ''] = fingerprint.split(' ')
  return [BigInt(sum), BigInt(count)]
}
