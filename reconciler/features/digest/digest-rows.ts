/** One digest of all rows of a relation in the order of `__row`: the same on every machine and for any number of threads. */
import { createHash } from 'node:crypto'
import type { Engine, EngineColumn } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { canonicalRow } from './canonical-row.ts'

/** Rows whose text is hashed at once. It is part of the digest: another number gives another one. */
const chunkRows = 4096

/**
 * `sha256:` and 64 hex digits. It holds the columns' names and types, in the order given, and their values. `__row` counts from 0
 * without gaps. The text of 4096 rows is hashed by the engine; the hashes are folded here. Throws as the engine does.
 */
export async function digestRows(engine: Engine, relation: string, columns: readonly EngineColumn[]): Promise<string> {
  const rows = await engine.query(
    `SELECT sha256(string_agg(line, '' ORDER BY "__row")) AS hash FROM ` +
      `(SELECT "__row", ${canonicalRow(columns)} AS line FROM ${quoteName(relation)}) ` +
      `GROUP BY "__row" // ${chunkRows} ORDER BY "__row" // ${chunkRows}`,
  )
  const fold = createHash('sha256').update(`${JSON.stringify(columns.map(({ name, type }) => [name, type]))}\n`)
  for (const { hash } of rows) fold.update(`${String(hash)}\n`)
  return `sha256:${fold.digest('hex')}`
}
