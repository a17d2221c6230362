/** Computes offline what recorded lookups of one view would have found: through the join of training, as of the times of the records. */
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { Engine, EngineRow } from '../engine/engine.ts'
import { inBatches } from '../engine/in-batches.ts'
import { quoteName } from '../engine/quote.ts'
import { buildJoin } from '../join/build-join.ts'
import type { JoinView } from '../join/join-request.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import { buildJoinView, viewKeys } from '../views/join-view.ts'
import { viewRelation } from '../views/build-view-table.ts'
import type { RecordedLookup } from './recorded-lookup.ts'
import { replayTime } from './skew-times.ts'

export interface OfflineRow {
  readonly lookup: RecordedLookup
  /** A row was known, however old; where a view gives windows alone: one counts in the longest of them. */
  readonly found: boolean
  /** Of that row, in microseconds since the epoch; null: the view is static, or gives windows alone. */
  readonly eventUs: bigint | null
  /** By the view's own names. */
  readonly values: ReadonlyMap<string, FeatureValue>
}

const [labels, result, prefix, eventColumn] = ['skew:labels', 'skew:values', 'skew', '__row_event']
/** So many rows are held beside the lookups. */
const pageRows = 5_000

/** `view:NAME` must be there. One row for each lookup, in their order. Throws what the engine throws. */
export async function* replayView(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  lookups: readonly RecordedLookup[],
): AsyncGenerator<OfflineRow> {
  const names = [...new Set(lookups.flatMap(({ values }) => [...values.keys()]))]
  const keys = viewKeys(view, entities)
  const columns = keys.map(({ dtype }, index) => ({ name: `k${index}`, type: sqlTypes[dtype] }))
  await engine.load(
    labels,
    [{ name: '__row', type: 'BIGINT' }, { name: '__at', type: 'TIMESTAMP' }, ...columns],
    inBatches(lookups, (lookup, index) => [BigInt(index), replayTime(view, lookup), ...lookup.key]),
  )
  const joinView = skewJoinView(view, entities, { names, columnTypes: await readTypes(engine, view) })
  await engine.query(`create table ${quoteName(result)} as ${buildJoin({ labels, keep: [], asOfUs: null, views: [joinView] })}`)
  for (let from = 0; from < lookups.length; from += pageRows) {
    const rows = await engine.query(
      `from ${quoteName(result)} where "__row" >= ${from} and "__row" < ${from + pageRows} order by "__row"`,
    )
    for (const [index, row] of rows.entries()) yield readRow(lookups[from + index] as RecordedLookup, row, names)
  }
  await engine.query(`drop table ${quoteName(labels)}; drop table ${quoteName(result)}`)
}

async function readTypes(engine: Engine, { name }: ViewDefinition): Promise<ReadonlyMap<string, string>> {
  const described = await engine.query(`describe from ${viewRelation(name)}`)
  return new Map(described.map((column) => [String(column['column_name']), String(column['column_type'])]))
}

/** The times of the labels are on the grid already, and ages are judged at another time: neither is asked of the join. */
function skewJoinView(
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  { names, columnTypes }: { readonly names: readonly string[]; readonly columnTypes: ReadonlyMap<string, string> },
): JoinView {
  const take = names.map((name, index) => ({ name, as: `v${index}` }))
  const joined = buildJoinView(view, entities, { prefix, relation: `view:${view.name}`, columnTypes, join: {}, take })
  const event = { type: 'feature', column: '__event', as: eventColumn } as const
  return {
    ...joined,
    keys: viewKeys(view, entities).map(({ column }, index) => ({ column, label: `k${index}` })),
    ttlUs: null,
    grid: null,
    take: view.features.length > 0 ? [...joined.take, event] : joined.take,
  }
}

function readRow(lookup: RecordedLookup, row: EngineRow, names: readonly string[]): OfflineRow {
  const event = row[eventColumn]
  return {
    lookup,
    found: row[`__found:${prefix}`] === true,
    eventUs: typeof event === 'bigint' ? event : null,
    values: new Map(names.map((name, index) => [name, row[`v${index}`] ?? null])),
  }
}
