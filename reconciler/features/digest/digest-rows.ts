/** One digest of all rows of a relation in the order of `__row`: the same on every machine and for any number of threads. */
import type { Engine, EngineColumn } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { canonicalColumn } from './canonical-column.ts'

export interface DigestedRows {
  /** Has `__row`, which counts from 0 without gaps. */
  readonly relation: string
  /** The relation gives its rows in the order of `__row`: nothing is sorted. When it does not, the digest fails. */
  readonly isOrdered: boolean
}

/** `sha256:` and 64 hex digits, over names, types and values of the columns, in the order given. Throws as the engine does. */
export async function digestRows(
  engine: Engine,
  { relation, isOrdered }: DigestedRows,
  columns: readonly EngineColumn[],
): Promise<string> {
  const list = ['"__row"', ...columns.map(canonicalColumn)].join(', ')
  const order = isOrdered ? '' : ' ORDER BY "__row"'
  const head = `${JSON.stringify(columns.map(({ name, type }) => [name, type]))}\n`
  return `sha256:${await engine.hash(`SELECT ${list} FROM ${quoteName(relation)}${order}`, head)}`
}
