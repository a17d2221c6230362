/** One number for all that a view's rows said at a time: when it is another one later, data came late or was changed. */
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { timeExpressions, type ViewFill } from './view-fill.ts'

/**
 * For each time, in microseconds, over the rows that were known by then; one scan. The sum of the rows' hashes and their number: the order
 * of rows does not count, how often one is there does.
 */
export async function readFingerprints(engine: Engine, fill: ViewFill, timesUs: readonly bigint[]): Promise<readonly string[]> {
  const { counts, hashed } = rowParts(fill)
  const sums = timesUs.map((time, index) => `${sum('hashed', ` filter (time <= ${time})`)} as t${index}`)
  const rows = `select ${hashed} as hashed, ${counts} as time from ${quoteName(fill.relation)}`
  const [row] = await engine.query(`select ${sums.join(', ')} from (${rows})`)
  return timesUs.map((_, index) => String(row?.[`t${index}`]))
}

/** That of a time, from that of an earlier one, where it is certain that the rows known by then are still the same. */
export async function extendFingerprint(
  engine: Engine,
  fill: ViewFill,
  known: { readonly timeUs: bigint; readonly fingerprint: string },
  untilUs: bigint,
): Promise<string> {
  const { counts, hashed } = rowParts(fill)
  const since = `${counts} > ${known.timeUs} and ${counts} <= ${untilUs}`
  // Only what is summed is hashed: a condition around the hash would be asked after it.
  const [row] = await engine.query(`select ${sum(hashed, '')} as t0 from ${quoteName(fill.relation)} where ${since}`)
  const [knownSum, count] = parts(known.fingerprint)
  const [moreSum, moreCount] = parts(String(row?.['t0']))
  return `${knownSum + moreSum} ${count + moreCount}`
}

/** Expressions over the view's rows: from when on a row counts, and its hash. */
function rowParts(fill: ViewFill): { readonly counts: string; readonly hashed: string } {
  const { created, known } = timeExpressions(fill)
  // A version that is created ends the one before it, also while its own event is still to come.
  const counts = fill.definition.rowKey.length > 0 ? created : known
  const columns = [...fill.columnTypes.keys()].filter((name) => name !== '__row').map(quoteName)
  return { counts, hashed: `hash(${columns.join(', ')})` }
}

function sum(hashed: string, filter: string): string {
  return `coalesce(sum(${hashed})${filter}, 0)::varchar || ' ' || count(*)${filter}`
}

function parts(fingerprint: string): readonly [bigint, bigint] {
  const [sum = '', count = ''] = fingerprint.split(' ')
  return [BigInt(sum), BigInt(count)]
}
