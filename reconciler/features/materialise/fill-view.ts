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
import { buildAllKeys, buildChangedKeys, buildRowsOf } from './build-changed-keys.ts'
import { buildPage } from './build-page.ts'
import type { FilledPage, OnlineRows } from './online-rows.ts'
import { fingerprintTimes, planFill, type PlannedFill } from './plan-fill.ts'
import { readFingerprints } from './read-fingerprints.ts'
import { fillJoinView, fillRelations, type ViewFill } from './view-fill.ts'

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
  /** So many rows are held at a time, and written in one transaction. */
  readonly pageRows: number
}

/** Throws what the engine and the store throw; what is done until then stays, and is not done again. */
export async function fillView(engine: Engine, request: FillRequest): Promise<FillReport> {
  const { store, fill, gridUs, pageRows } = request
  let report: FillReport = { computed: 0, isLate: false }
  for (;;) {
    const state = await store.ensure(fill.view)
    const times = fingerprintTimes(state, gridUs)
    const fingerprints = await readFingerprints(engine, fill, times)
    const planned = planFill(state, gridUs, (time) => fingerprints[times.indexOf(time)] ?? '')
    if (planned === null) return report
    const computed = await runFill(engine, { store, viewId: state.id, fill, planned, pageRows })
    const isLate = planned.fromUs === null && (state.watermarkUs !== null || state.filling !== null) && planned.after === null
    report = { computed: report.computed + computed, isLate: report.isLate || isLate }
  }
}

interface Run {
  readonly store: OnlineRows
  readonly viewId: number
  readonly fill: ViewFill
  readonly planned: PlannedFill
  readonly pageRows: number
}

async function runFill(engine: Engine, run: Run): Promise<number> {
  const { store, viewId, fill, planned } = run
  const relations = Object.values(fillRelations(fill))
  try {
    const computed = await computeValues(engine, run)
    await writeValues(engine, run, computed)
    const { asOfUs, fingerprint } = planned
    await store.finish(viewId, { asOfUs, fingerprint, removeBeforeUs: fill.keptUs === null ? null : asOfUs - fill.keptUs })
    return computed
  } finally {
    // An engine that has ended has nothing to be removed.
    await engine.query(relations.map(({ quoted }) => `drop table if exists ${quoted}`).join('; ')).catch(() => null)
  }
}

/** Makes the table of values, a row for each entity in the order of keys; returns how many there are. */
async function computeValues(engine: Engine, run: Run): Promise<number> {
  const { fill, planned } = run
  const { labels, rows, values } = fillRelations(fill)
  await makeLabels(engine, run)
  const [counted] = await engine.query(`select count(*) as n from ${labels.quoted}`)
  const isWhole = planned.fromUs === null
  if (!isWhole) await engine.query(`create table ${rows.quoted} as ${buildRowsOf(fill, labels.quoted)}`)
  const joined = buildJoin({
    labels: labels.name,
    keep: fill.keyColumns.map((_, index) => `k${index}`),
    asOfUs: planned.asOfUs,
    views: [fillJoinView(fill, isWhole ? fill.relation : rows.name)],
  })
  await engine.query(`create table ${values.quoted} as ${joined}`)
  return Number(counted?.['n'])
}

async function makeLabels(engine: Engine, { store, viewId, fill, planned }: Run): Promise<void> {
  const { stored, labels } = fillRelations(fill)
  const { fromUs, asOfUs, after } = planned
  const names = fill.keyColumns.map((_, index) => `k${index}`)
  const columns = fill.view.keys.map(({ dtype }, index) => ({ name: `k${index}`, type: sqlTypes[dtype] }))
  if (fromUs === null) await engine.load(stored.name, columns, decodePages(store.keys(viewId), fill.view))
  const keys =
    fromUs === null
      ? `select ${names.join(', ')} from (${buildAllKeys(fill, asOfUs)} union select * from ${stored.quoted})`
      : buildChangedKeys(fill, fromUs, asOfUs)
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

async function readPage(engine: Engine, { fill, planned, pageRows }: Run, from: number): Promise<FilledPage> {
  const [found] = await engine.query(buildPage(fill, from, pageRows))
  const { asOfUs, fingerprint, fromUs } = planned
  return {
    lines: String(found?.['lines']),
    gone: JSON.parse(String(found?.['gone'])) as readonly string[],
    filling: { asOfUs, fingerprint, isWhole: fromUs === null, after: String(found?.['after']) },
  }
}
