/** The newest values of a view as they are known at a time: one row an entity key, through the same join as training. */
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { Engine, EngineRow } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { buildJoin } from '../join/build-join.ts'
import { gridTime } from '../materialise/grid-time.ts'
import { canBeFound, viewRelation } from '../views/build-view-table.ts'
import { buildJoinView, viewKeys } from '../views/join-view.ts'

export interface PreviewColumn {
  readonly name: string
  readonly dtype: FeatureDtype
}

export interface PreviewRow {
  readonly keys: readonly FeatureValue[]
  /**
   * Of the newest row of the key at the time that values are as of; where there was none yet, of the newest that is known since. In
   * microseconds since the epoch; null for a static view.
   */
  readonly eventTime: bigint | null
  /** Whether that row counts at the time asked for: it was known, and is not older than `ttl`. */
  readonly found: boolean
  /** By the preview's columns. */
  readonly values: readonly FeatureValue[]
}

export interface ViewPreview {
  readonly keys: readonly PreviewColumn[]
  /** Features, then aggregations. */
  readonly columns: readonly PreviewColumn[]
  /** The time that the values are as of, in microseconds since the epoch: on the grid of a view that has one. Null without rows. */
  readonly valuesAsOf: bigint | null
  /** The keys with the newest rows first; those of one time by their keys. */
  readonly rows: readonly PreviewRow[]
}

const [labels, result, prefix] = ['preview:keys', 'preview:values', 'view']

/** `view:NAME` must be there, made as of `asOf` (microseconds since the epoch). At most `limit` keys. */
export async function previewView(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  { asOf, limit }: { readonly asOf: bigint; readonly limit: number },
): Promise<ViewPreview> {
  const keys = viewKeys(view, entities).map(({ key, column, dtype }, at) => ({ name: key, dtype, column, label: `k${at}` }))
  const columns = [...view.features, ...view.aggregations].map(({ name, dtype }) => ({ name, dtype }))
  const keyColumns = keys.map(({ column }) => column)
  const { online } = view
  const valuesAt = online?.type === 'grid' ? gridTime(Number(asOf / 1000n), online) : asOf
  const isThere = `"__event" <= make_timestamp(${valuesAt}) and coalesce("__created", "__event") <= make_timestamp(${valuesAt})`
  const grouped = keys.map(({ column, label }) => `${quoteName(column)} as ${label}`).join(', ')
  await engine.query(
    `create table ${quoteName(labels)} as select row_number() over (order by newest desc nulls last, ${keys.map(({ label }) => label).join(', ')}) - 1 as "__row", *
     from (select ${grouped}, coalesce(max("__event") filter (where ${isThere}), max("__event")) as newest, make_timestamp(${asOf}) as "__at" from ${viewRelation(view.name)}
           where ("__event" is null or "__event" <= make_timestamp(${asOf})) and ${canBeFound(view, keyColumns)} group by all)
     qualify "__row" < ${limit}`,
  )
  await engine.query(`create table ${quoteName(result)} as\n${await buildValues(engine, view, entities, asOf)}`)
  const list = [
    ...keys.map(({ label, dtype }) => read(quoteName(label), dtype)),
    'epoch_us(newest) as event',
    `${quoteName(`__found:${prefix}`)} as found`,
    `epoch_us(${quoteName(`__as_of:${prefix}`)}) as as_of`,
    ...columns.map(({ dtype }, at) => read(quoteName(`v${at}`), dtype)),
  ]
  const rows = await engine.query(`select ${list.join(', ')} from ${quoteName(result)} order by "__row"`)
  return {
    keys: keys.map(({ name, dtype }) => ({ name, dtype })),
    columns,
    valuesAsOf: (rows[0]?.['as_of'] as bigint | undefined) ?? null,
    rows: rows.map((row) => toRow(row, keys.length, columns.length)),
  }
}

async function buildValues(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  asOf: bigint,
): Promise<string> {
  const types = await engine.query(`select column_name as name, column_type as type from (describe ${viewRelation(view.name)})`)
  const keys = viewKeys(view, entities)
  const role = {
    prefix,
    relation: `view:${view.name}`,
    columnTypes: new Map(types.map(({ name, type }) => [String(name), String(type)])),
    join: Object.fromEntries(keys.map(({ key }, at) => [key, `k${at}`])),
    take: [...view.features, ...view.aggregations].map(({ name }, at) => ({ name, as: `v${at}` })),
  }
  return buildJoin({
    labels,
    keep: [...keys.map((_, at) => `k${at}`), 'newest'],
    asOfUs: asOf,
    views: [buildJoinView(view, entities, role)],
  })
}

function read(column: string, dtype: FeatureDtype): string {
  return dtype === 'timestamp' ? `epoch_us(${column}) as ${column}` : column
}

function toRow(row: EngineRow, keys: number, columns: number): PreviewRow {
  const list = (letter: string, length: number): readonly FeatureValue[] =>
    Array.from({ length }, (_, at) => row[`${letter}${at}`] ?? null)
  return {
    keys: list('k', keys),
    eventTime: row['event'] as bigint | null,
    found: row['found'] === true,
    values: list('v', columns),
  }
}
