/** SQL of a dataset's content: the join, what goes into which file, and what is counted of it. Pure. */
import type { EntityDefinition } from '../../core/feature-definition.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import type { EngineColumn } from '../engine/engine.ts'
import { buildJoin } from '../join/build-join.ts'
import type { JoinRequest } from '../join/join-request.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import { buildJoinView } from '../views/join-view.ts'
import { datasetRelations, labelColumn, neededColumns } from './build-label-rows.ts'
import type { DatasetPlan, PartName } from './plan-dataset.ts'

/** Types of the columns of a view's table, by prefix of its role. */
export type ViewTypes = ReadonlyMap<string, ReadonlyMap<string, string>>

/** The columns that stand beside the rows of a part: which row it was, when it was asked, and those that were named. */
export const besideColumns = { row: '__source_row', predictAt: '__predict_at', day: '__day' } as const

/** The relation of a view, not quoted: `viewRelation` has it in quotes. */
function viewTable(name: string): string {
  return `view:${name}`
}

/** What the join of label rows and views is asked for. `asOf`: microseconds since the epoch. */
export function buildJoinRequest(
  plan: DatasetPlan,
  entities: ReadonlyMap<string, EntityDefinition>,
  { types, asOf }: { readonly types: ViewTypes; readonly asOf: bigint },
): JoinRequest {
  const kept = neededColumns(plan).map(labelColumn)
  return {
    labels: datasetRelations.labels,
    keep: ['__at', '__split', '__part', '__source_row', ...kept],
    asOfUs: asOf,
    views: plan.views.map(({ prefix, view, join, take }) =>
      buildJoinView(view, entities, {
        prefix,
        relation: viewTable(view.name),
        columnTypes: types.get(prefix) ?? new Map<string, string>(),
        join: Object.fromEntries(Object.entries(join).map(([key, column]) => [key, labelColumn(column)])),
        take,
      }),
    ),
  }
}

/** A table with the label rows and the values of all views. */
export function buildJoinedRows(request: JoinRequest): string {
  return `create table ${quoteName(datasetRelations.joined)} as\n${buildJoin(request)}`
}

/** A view of what the files hold, under the names that they have there; what stands beside is named `beside:NAME`. */
export function buildContent(plan: DatasetPlan): string {
  const own = plan.columns.map(({ name, role }) =>
    role === 'feature' || role === 'on-demand' ? quoteName(name) : `${quoteName(labelColumn(name))} as ${quoteName(name)}`,
  )
  const { joined, onDemand, content } = datasetRelations
  const computed = plan.onDemand === null ? '' : ` join ${quoteName(onDemand)} using ("__row")`
  const { row, predictAt, day } = besideColumns
  const beside = [
    `"__source_row" as ${quoteName(besideColumn(row))}`,
    `"__at" as ${quoteName(besideColumn(predictAt))}`,
    ...(plan.hasDay ? [`date_trunc('day', "__split")::timestamp as ${quoteName(besideColumn(day))}`] : []),
    ...plan.sideColumns.map(({ name }) => `${quoteName(labelColumn(name))} as ${quoteName(besideColumn(name))}`),
  ]
  const list = ['"__row"', '"__part"', ...own, ...beside].join(', ')
  return `create view ${quoteName(content)} as select ${list} from ${quoteName(joined)}${computed}`
}

/** A column that stands beside the rows, as the content has it; not quoted. */
export function besideColumn(name: string): string {
  return `beside:${name}`
}

/** All that the digest of a dataset covers. */
export function contentColumns(plan: DatasetPlan): readonly EngineColumn[] {
  return [
    { name: '__part', type: sqlTypes.string },
    ...plan.columns.map(({ name, dtype }) => ({ name, type: sqlTypes[dtype] })),
    ...besides(plan).map(({ name, type }) => ({ name: besideColumn(name), type })),
  ]
}

function besides({ hasDay, sideColumns }: DatasetPlan): readonly EngineColumn[] {
  const { row, predictAt, day } = besideColumns
  return [
    { name: row, type: sqlTypes.int64 },
    { name: predictAt, type: sqlTypes.timestamp },
    ...(hasDay ? [{ name: day, type: sqlTypes.timestamp }] : []),
    ...sideColumns.map(({ name, dtype }) => ({ name, type: sqlTypes[dtype] })),
  ]
}

/** Writes what the trainer gets of a part; rows are in the order of the source. */
export function buildPartFile(plan: DatasetPlan, part: PartName, file: string): string {
  return buildCopy(
    plan.columns.map(({ name }) => quoteName(name)),
    part,
    file,
  )
}

/** Writes what stands beside the rows of a part, row by row. */
export function buildSideFile(plan: DatasetPlan, part: PartName, file: string): string {
  return buildCopy(
    besides(plan).map(({ name }) => `${quoteName(besideColumn(name))} as ${quoteName(name)}`),
    part,
    file,
  )
}

function buildCopy(list: readonly string[], part: PartName, file: string): string {
  const select = `select ${list.join(', ')} from ${quoteName(datasetRelations.content)} where "__part" = ${quoteText(part)}`
  return `copy (${select} order by "__row") to ${quoteText(file)} (format parquet, compression zstd)`
}

/** One row a part: counts of rows, first and last times, and of each feature how often it has a value, and was found. */
export function buildCounts({ joined, views }: DatasetPlan): string {
  const list = [
    '"__part" as part',
    'count(*) as rows',
    ...['min', 'max'].flatMap((call) => [
      `epoch_us(${call}("__at")) as ${call}_at`,
      `epoch_us(${call}("__split")) as ${call}_split`,
    ]),
    ...joined.map(({ name }, at) => `count(${quoteName(name)}) as v${at}`),
    ...views.map(({ prefix }) => `count(*) filter (${quoteName(`__found:${prefix}`)}) as f${prefix}`),
    ...views.flatMap(({ prefix, take }) =>
      take.map(({ as }, at) => `count(${quoteName(as)}) filter (not ${quoteName(`__found:${prefix}`)}) as u${prefix}_${at}`),
    ),
  ]
  return `select ${list.join(', ')} from ${quoteName(datasetRelations.joined)} group by "__part"`
}
