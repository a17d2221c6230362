/** Reads the segments of a view into the relation `pushed:NAME`: its rows that came by `POST /push`. */
import { MainwardError } from '../../core/error.ts'
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteList, quoteName } from '../engine/quote.ts'
import { ownColumns, readableColumns } from './segment-columns.ts'

export interface PushedRows {
  /** Quoted; it has `__event` and `__created`, and its rows are in the order in which they were pushed. */
  readonly relation: string
  /** Names of its columns that are columns of the view's rows. */
  readonly columns: ReadonlySet<string>
  readonly rows: bigint
}

/**
 * `files` are those of the view's own definition, and the engine may read them. Rows that were pushed after `asOf` (microseconds since the
 * epoch; null: all were before) are not there. Throws `source-unusable` for a file that is no such segment.
 */
export async function loadPushedRows(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  { files, asOf }: { readonly files: readonly string[]; readonly asOf: bigint | null },
): Promise<PushedRows> {
  const relation = quoteName(`pushed:${view.name}`)
  const columns = readableColumns(view, entities)
  const { id, event, created } = ownColumns
  const list = [...columns].map(([name, sql]) => `${sql} as ${quoteName(name)}`)
  const known = asOf === null ? '' : ` where ${quoteName(created)} <= make_timestamp(${asOf})`
  try {
    await engine.query(
      `create table ${relation} as select ${[quoteName(event), quoteName(created), ...list].join(', ')}
       from read_parquet(${quoteList(files)}, hive_partitioning = false)${known}
       order by ${quoteName(created)}, ${quoteName(id)}`,
    )
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'engine-failed') throw thrown
    throw new MainwardError('source-unusable', `pushed rows of the view ${view.name} cannot be read: ${thrown.message}`, {
      cause: thrown,
      hint: 'the artifact store has a segment that Mainward did not write: take its note out of the folder pushed/',
    })
  }
  const [counted] = await engine.query(`select count(*) as n from ${relation}`)
  return { relation, columns: new Set(columns.keys()), rows: (counted?.['n'] ?? 0n) as bigint }
}

/** Expressions over `relation` for columns of the view's rows: `null` for those that a push does not have. */
export function pushedValues({ columns }: PushedRows, names: readonly string[]): readonly string[] {
  return names.map((name) => (columns.has(name) ? quoteName(name) : 'null'))
}
