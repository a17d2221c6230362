/** Makes the source table `source:NAME` of a source, checks its values, and counts what was dropped. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { SourceDefinition } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import type { QueryReader, SecretReader } from '../ports.ts'
import { buildCheckColumns, selectList } from './column-plan.ts'
import { knownAfter } from './known-after.ts'
import { loadCsv } from './load-csv.ts'
import { loadQuery } from './load-query.ts'
import { openParquet } from './open-parquet.ts'
import type { ResolvedSource } from './resolve-source.ts'
import { sourceError } from './source-error.ts'
import type { SourcePart, SourceParts } from './source-part.ts'
import { sqlTypes } from './sql-types.ts'
import { allTimes, type TimeRange } from './time-range.ts'

export interface SourceContext {
  readonly queries: QueryReader
  readonly secrets: SecretReader
  /** The data clock, in microseconds since the epoch. */
  readonly now: bigint
  /** Files that hold nothing of it are not read. Default: all times. */
  readonly range?: TimeRange
  /** Microseconds since the epoch: rows that could be read only later are not there. Default: all rows are. */
  readonly asOf?: bigint
  /**
   * Microseconds since the epoch: rows that were known by then are left out, are not counted, and cells are not checked. For whoever has
   * read the same bytes before. Default: all rows are there.
   */
  readonly knownAfter?: bigint
}

export interface SourceReport {
  readonly source: string
  readonly files: number
  readonly filesRead: number
  /** Rows of the table. */
  readonly rows: bigint
  readonly droppedNullEventTime: bigint
  /** Rows that were not there yet as of the time asked for: their created time, or the event time of one without, is after it. */
  readonly leftOutKnownLater: bigint
  /** Rows of the table whose event time is after the data clock; they stay. */
  readonly inFuture: bigint
  /** Microseconds since the epoch; null without event times. */
  readonly firstEvent: bigint | null
  readonly lastEvent: bigint | null
}

/** The relation of a source, quoted. */
export function sourceRelation(name: string): string {
  return quoteName(`source:${name}`)
}

/** Before `lock`. Throws `source-unusable` for what is wrong with the data, with column and row. */
export async function prepareSource(engine: Engine, source: ResolvedSource, context: SourceContext): Promise<SourceReport> {
  const { definition, files } = source
  const { parts, filesRead, placeOf } = await readPlace(engine, source, context)
  if (context.knownAfter === undefined) await checkCells(engine, definition.name, parts, placeOf)
  const counts = await createTable(engine, definition, parts, context)
  return { source: definition.name, files: files.length, filesRead, ...counts }
}

/** The table without rows: what a transform is checked against. */
export async function createEmptySource(engine: Engine, { name, columns }: SourceDefinition): Promise<void> {
  const list = columns.map((column) => `${quoteName(column.name)} ${sqlTypes[column.dtype]}`)
  await engine.query(`create table ${sourceRelation(name)} (${['"__row" BIGINT', ...list].join(', ')})`)
}

function readPlace(engine: Engine, source: ResolvedSource, context: SourceContext): Promise<SourceParts> {
  const { definition } = source
  const range = context.range ?? allTimes
  if (definition.place.type === 'postgres') return loadQuery(engine, definition, context)
  return definition.place.format === 'csv' ? loadCsv(engine, source, range) : openParquet(engine, source, range)
}

async function checkCells(
  engine: Engine,
  source: string,
  parts: readonly SourcePart[],
  placeOf: SourceParts['placeOf'],
): Promise<void> {
  for (const { from, row, checks } of parts) {
    if (checks.length === 0) continue
    const { code, value } = buildCheckColumns(checks)
    const [bad] = await readRows(
      engine,
      source,
      `select "row", code, value, count(*) over () as n from (select ${row} as "row", ${code} as code, ${value} as value from ${from})
       where code is not null order by "row" limit 1`,
    )
    const check = checks[Number(bad?.['code'])]
    if (bad === undefined || check === undefined) continue
    const place = await placeOf(bad['row'] as bigint)
    const at = place === null ? `row ${bad['row']}` : `row ${place.row} of ${place.file}`
    const more = bad['n'] === 1n ? '' : ` (${bad['n']} rows like it)`
    const shown = JSON.stringify(String(bad['value']).slice(0, 100))
    throw sourceError(
      source,
      `${at}: column ${check.column}: ${shown} ${check.reason}${more}`,
      `${check.hint}; rows count from 0`,
    )
  }
}

type Counts = Omit<SourceReport, 'source' | 'files' | 'filesRead'>

async function createTable(
  engine: Engine,
  definition: SourceDefinition,
  parts: readonly SourcePart[],
  { now, asOf, knownAfter: after }: SourceContext,
): Promise<Counts> {
  const { name, eventTime } = definition
  const event = eventTime === null ? 'null::timestamp' : quoteName(eventTime)
  const isTimed = eventTime === null ? 'true' : `${event} is not null`
  const isKnown = knownBy(definition, asOf)
  if (parts.length === 0) await createEmptySource(engine, definition)
  const rows = parts.length === 0 ? sourceRelation(name) : `(${selectParts(definition, parts, after)})`
  const [counts] = await readRows(
    engine,
    name,
    `select count(*) as n, count(*) filter (${isTimed}) as timed, count(*) filter (kept) as kept,
            count(*) filter (kept and ${event} > make_timestamp(${now})) as future,
            epoch_us(min(${event}) filter (kept)) as first, epoch_us(max(${event}) filter (kept)) as last
     from (select *, ${isTimed} and ${isKnown} as kept from ${rows})`,
  )
  const { n = 0n, timed = 0n, kept = 0n, future = 0n, first, last } = counts as Readonly<Record<string, bigint>>
  if (parts.length > 0) {
    // A condition that holds for every row would be asked again by each statement, which would also expect far fewer rows.
    const condition = kept === n ? '' : ` where ${isTimed} and ${isKnown}`
    await engine.query(`create view ${sourceRelation(name)} as select * from ${rows}${condition}`)
  }
  return {
    rows: kept,
    droppedNullEventTime: n - timed,
    leftOutKnownLater: timed - kept,
    inFuture: future,
    firstEvent: first ?? null,
    lastEvent: last ?? null,
  }
}

/** As a join sees it: a row without a created time was known when it happened. Static rows always are. */
function knownBy({ eventTime, createdTime }: SourceDefinition, asOf: bigint | undefined): string {
  if (asOf === undefined || eventTime === null) return 'true'
  const known = createdTime === null ? quoteName(eventTime) : `coalesce(${quoteName(createdTime)}, ${quoteName(eventTime)})`
  return `coalesce(${known} <= make_timestamp(${asOf}), true)`
}

function selectParts(definition: SourceDefinition, parts: readonly SourcePart[], after: bigint | undefined): string {
  const selects = parts.flatMap((part) => {
    const all = `select ${part.row} as "__row", ${selectList(part.columns)} from ${part.from}`
    return after === undefined ? [all] : knownAfter(definition, part, after).map((condition) => `${all} where ${condition}`)
  })
  return selects.join(' union all ')
}

/** Pages that are damaged behind a whole footer are found only here. */
async function readRows(engine: Engine, source: string, sql: string): ReturnType<Engine['query']> {
  try {
    return await engine.query(sql)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'engine-failed') throw thrown
    throw sourceError(source, `its rows cannot be read: ${messageOf(thrown).split('\n')[0]}`, 'write the file again', thrown)
  }
}
