/**
 * Brings the rows of one grid view in the online store to a time of its grid, from an engine that has the view's table. Ends the same
 * however often it is killed and begun again.
 */
import { decodeFeatureValue } from '../../core/feature-value.ts'
import type { Json } from '../../core/digest.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { Cell, Engine } from '../engine/engine.ts'
import { buildJoin } from '../join/build-join.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import {
  buildAllKeys,
  buildChangedKeys,
  buildNewRows,
  buildRowsOf,
  countedRows,
  isDecidedByNewRows,
} from './build-changed-keys.ts'
import { buildPage } from './build-page.ts'
import type { FilledPage, OnlineRows, ViewState } from './online-rows.ts'
import { fingerprintTimes, knownPast, planFill, type PlannedFill } from './plan-fill.ts'
import { extendFingerprint, readFingerprints } from './read-fingerprints.ts'
import { countedSince, fillJoinView, fillRelations, removedBefore, type ViewFill } from './view-fill.ts'

export interface FillReport {
  /** How many entities were computed. */
  readonly computed: number
  /** True when the data of the past was not what it had been, so that every entity was computed. */
  readonly isLate: boolean
}

export interface FillRequest {
  readonly store: OnlineRows
  readonly fill: ViewFill
  /** Microseconds since the epoch. */
  readonly gridUs: bigint
  /** Names the files that hold the view's data, by `nameDataFiles`. */
  readonly dataFiles: string | null
  /** Of the view in the store, when the relation was made. */
  readonly state: ViewState
  /** True: rows are left out because they become known only after the data clock. */
  readonly hasLaterRows: boolean
  /** So many rows are held at a time, and written in one transaction. */
  readonly pageRows: number
}

/** Throws what the engine and the store throw; what is done until then stays, and is not done again. */
export async function fillView(engine: Engine, request: FillRequest): Promise<FillReport> {
  const { store, fill, gridUs } = request
  let report: FillReport = { computed: 0, isLate: false }
  for (let state = request.state; ; state = await store.ensure(fill.view)) {
    const fingerprints = await fingerprintsOf(engine, request, state)
    const planned = planFill(state, gridUs, (time) => fingerprints.get(time) ?? '')
    if (planned === null) return report
    const computed = await runFill(engine, {
      ...request,
      viewId: state.id,
      planned,
      isFirst: state.watermarkUs === null && state.filling === null,
    })
    const isLate = planned.fromUs === null && (state.watermarkUs !== null || state.filling !== null) && planned.after === null
    report = { computed: report.computed + computed, isLate: report.isLate || isLate }
    if (planned.asOfUs === gridUs) return report
  }
}

/** By time. While the files are the same, what they said at the watermark is known, and only what came since is read. */
async function fingerprintsOf(
  engine: Engine,
  { fill, gridUs, dataFiles }: FillRequest,
  state: ViewState,
): Promise<ReadonlyMap<bigint, string>> {
  const known = knownPast(state, dataFiles, gridUs)
  if (known !== null) {
    const { timeUs, fingerprint } = known
    const now = timeUs === gridUs ? fingerprint : await extendFingerprint(engine, fill, known, gridUs)
    return new Map([
      [timeUs, fingerprint],
      [gridUs, now],
    ])
  }
  const times = fingerprintTimes(state, gridUs)
  const read = await readFingerprints(engine, fill, times)
  return new Map(times.map((time, at) => [time, read[at] ?? '']))
}

interface Run extends Omit<FillRequest, 'gridUs' | 'state'> {
  readonly viewId: number
  readonly planned: PlannedFill
  /** The store has no row of the view. */
  readonly isFirst: boolean
}

async function runFill(engine: Engine, run: Run): Promise<number> {
  const { store, viewId, fill, planned, dataFiles } = run
  const relations = Object.values(fillRelations(fill))
  try {
    const computed = await computeValues(engine, run)
    await writeValues(engine, run, computed)
    const { asOfUs, fingerprint } = planned
    const isSettled = await findSettled(engine, run)
    await store.finish(viewId, {
      asOfUs,
      fingerprint,
      dataFiles,
      isSettled,
      removeBeforeUs: removedBefore(fill.definition, asOfUs),
    })
    return computed
  } finally {
    // An engine that has ended has nothing to be removed.
    await engine.query(relations.map(({ quoted }) => `drop table if exists ${quoted}`).join('; ')).catch(() => null)
  }
}

/** Whether nothing but other files can change a value after the fill. */
async function findSettled(engine: Engine, { fill, planned, dataFiles, hasLaterRows }: Run): Promise<boolean> {
  if (dataFiles === null || hasLaterRows || !isDecidedByNewRows(fill.definition)) return false
  const [later] = await engine.query(`select count(*) as n from (${buildNewRows(fill, planned.asOfUs, null)})`)
  return later?.['n'] === 0n
}

/** Makes the table of values, a row for each entity in the order of keys; returns how many there are. */
async function computeValues(engine: Engine, run: Run): Promise<number> {
  const { fill, planned } = run
  const { labels, rows, values } = fillRelations(fill)
  const { fromUs, asOfUs } = planned
  if (fromUs !== null && isDecidedByNewRows(fill.definition)) {
    await engine.query(`create table ${rows.quoted} as ${buildNewRows(fill, fromUs, asOfUs)}`)
  }
  await makeLabels(engine, run)
  const [counted] = await engine.query(`select count(*) as n from ${labels.quoted}`)
  const isWhole = fromUs === null
  const since = countedSince(fill.definition, asOfUs)
  if (isWhole && since !== null) await engine.query(`create table ${rows.quoted} as select * from ${countedRows(fill, since)}`)
  if (!isWhole && !isDecidedByNewRows(fill.definition))
    await engine.query(`create table ${rows.quoted} as ${buildRowsOf(fill, labels.quoted, since)}`)
  const joined = buildJoin({
    labels: labels.name,
    keep: fill.keyColumns.map((_, index) => `k${index}`),
    asOfUs,
    views: [fillJoinView(fill, isWhole && since === null ? fill.relation : rows.name)],
  })
  await engine.query(`create table ${values.quoted} as ${joined}`)
  return Number(counted?.['n'])
}

async function makeLabels(engine: Engine, run: Run): Promise<void> {
  const { store, viewId, fill, planned, isFirst } = run
  const { stored, labels } = fillRelations(fill)
  const { fromUs, asOfUs, after } = planned
  const names = fill.keyColumns.map((_, index) => `k${index}`)
  const columns = fill.view.keys.map(({ dtype }, index) => ({ name: `k${index}`, type: sqlTypes[dtype] }))
  if (fromUs === null && !isFirst) await engine.load(stored.name, columns, decodePages(store.keys(viewId), fill.view))
  const keys = buildKeys(run, names)
  const cells = after === null ? [] : decodeKey(after, fill.view)
  const place = columns.map(({ type }, index) =>
    type === 'TIMESTAMP' ? `make_timestamp($${index + 1})` : `$${index + 1}::${type}`,
  )
  const where = after === null ? '' : `where (${names.join(', ')}) > (${place.join(', ')})`
  await engine.query(
    `create table ${labels.quoted} as
     select row_number() over (order by ${names.join(', ')}) - 1 as "__row", make_timestamp(${asOfUs}) as "__at", ${names.join(', ')}
     from (${keys}) ${where}`,
    cells,
  )
}

function buildKeys({ fill, planned: { fromUs, asOfUs }, isFirst }: Run, names: readonly string[]): string {
  const { stored, rows } = fillRelations(fill)
  if (isFirst) return buildAllKeys(fill, asOfUs)
  if (fromUs === null)
    return `select ${names.join(', ')} from (${buildAllKeys(fill, asOfUs)} union select * from ${stored.quoted})`
  return isDecidedByNewRows(fill.definition) ? buildAllKeys(fill, asOfUs, rows.quoted) : buildChangedKeys(fill, fromUs, asOfUs)
}

async function* decodePages(
  pages: AsyncIterable<readonly string[]>,
  view: OnlineView,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  for await (const page of pages) yield page.map((key) => decodeKey(key, view))
}

function decodeKey(key: string, { keys }: OnlineView): readonly Cell[] {
  const values = JSON.parse(key) as readonly Json[]
  return keys.map(({ dtype }, index) => decodeFeatureValue(dtype, values[index] ?? null))
}

/** While one page is written, the next is read. Pages are written in their order, so that `after` is true. */
async function writeValues(engine: Engine, run: Run, computed: number): Promise<void> {
  const { store, viewId, pageRows } = run
  const read = (from: number) => heard(from < computed ? readPage(engine, run, from) : Promise.resolve(null))
  let next = read(0)
  let writing = Promise.resolve()
  try {
    for (let from = 0; from < computed; from += pageRows) {
      const page = await next
      next = read(from + pageRows)
      await writing
      if (page !== null) writing = heard(store.write(viewId, page))
    }
    await writing
  } finally {
    // Nothing is still being written when another attempt begins.
    await Promise.allSettled([next, writing])
  }
}

/** It is awaited later, and its failure told then: until then nobody listens, which would end the process. */
function heard<T>(work: Promise<T>): Promise<T> {
  work.catch(() => null)
  return work
}

async function readPage(engine: Engine, run: Run, from: number): Promise<FilledPage> {
  const { fill, planned, pageRows } = run
  const [found] = await engine.query(buildPage(fill, from, pageRows))
  const { asOfUs, fingerprint, fromUs } = planned
  const isNewerOnly = fromUs !== null && isDecidedByNewRows(fill.definition)
  return {
    lines: String(found?.['lines']),
    isNewerOnly,
    // A new row that is too old already says nothing of the one that is there.
    isFirst: planned.after === null && from === 0,
    gone: isNewerOnly ? [] : (JSON.parse(String(found?.['gone'])) as readonly string[]),
    filling: { asOfUs, fingerprint, isWhole: fromUs === null, after: String(found?.['after']) },
  }
}
