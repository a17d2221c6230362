/** Says what lay in the sources that a computation read, so that statistics of other data are not taken for those of these. */
import { digestValue } from '../../core/digest.ts'
import { formatInstant } from '../../core/instant.ts'
import type { SourceState } from '../../profiles/view-statistics.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { sourceRelation, type SourceReport } from '../sources/prepare-source.ts'

/**
 * By name. The fingerprint is of the sum of the rows' hashes and their number: the order of rows does not count, how often one is there
 * does. Hashes are those of the engine, so that another version of it may give others.
 */
export async function readSourceStates(
  engine: Engine,
  sources: readonly SourceReport[],
): Promise<ReadonlyMap<string, SourceState>> {
  const states = new Map<string, SourceState>()
  for (const { source: name, rows, lastEvent } of sources) {
    const described = await engine.query(`select column_name as name from (describe ${sourceRelation(name)})`)
    const columns = described.map((column) => String(column['name'])).filter((column) => column !== '__row')
    const [row] = await engine.query(
      `select coalesce(sum(hash(${columns.map(quoteName).join(', ')})), 0)::varchar as hashed from ${sourceRelation(name)}`,
    )
    const fingerprint = digestValue({ rows: String(rows), hashed: String(row?.['hashed']) })
    states.set(name, { name, rows: Number(rows), lastEvent: lastEvent === null ? null : formatInstant(lastEvent), fingerprint })
  }
  return states
}
