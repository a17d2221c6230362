// Measures fills of a view in the online store (files read, engine, rows encoded and written) against a batched upsert of the same rows
// in the same Postgres, which computes nothing. `npm run build` first. `--entities N`, usually 300,000; `--runs N`, usually 3.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOnlineRows } from '../../dist/cli/materialise/online-rows.js'
import { beginEpoch } from '../../dist/database/leader-queries.js'
import { openPool } from '../../dist/database/pool.js'
import { createEngineKeeper } from '../../dist/features/engine/engine-keeper.js'
import { materialiseViews } from '../../dist/features/materialise/materialise-views.js'
import { folderFiles } from './features/feature-data.mjs'
import { fillDefinitions, grid, writeFillData } from './features/fill-data.mjs'
import { commandOf, ownCpuMs, processTree, treeCpuUs } from './process-tree.mjs'
import { numberOf, report, rowOf, runsOf } from './report.mjs'
import { startBenchDatabase } from './serving/bench-database.mjs'
import { formatMs, median } from './table.mjs'

const entities = numberOf('--entities', 300_000)
const runs = runsOf(3)
const batch = 10_000
const environment = 'bench'
/** As in the process that materialises: the engine's process of a fill serves the next. */
const keeper = createEngineKeeper()
const none = { read: () => Promise.reject(new Error('not expected')) }

/** Of this process, engines that have ended, and the one that is kept. */
function computeCpuMs() {
  const engines = processTree(process.pid).filter((pid) => commandOf(pid).includes('engine-process'))
  return engines.reduce((sum, pid) => sum + treeCpuUs(pid) / 1000, ownCpuMs())
}

async function timed(database, work) {
  const before = { at: performance.now(), own: computeCpuMs(), database: treeCpuUs(database.pid) }
  await work()
  return {
    wallMs: performance.now() - before.at,
    cpuMs: computeCpuMs() - before.own,
    databaseMs: (treeCpuUs(database.pid) - before.database) / 1000,
  }
}

/** The rows that a fill has written, ready for the floor: those whose event is after a time. */
async function readRows(pool, afterUs) {
  const text = 'select entity_key as key, feature_values as v from online_rows where event_us > $1 order by entity_key'
  const { rows } = await pool.query(text, [afterUs])
  return rows
}

async function upsertByHand(pool, rows) {
  const text = `insert into floor_rows select k, now(), v::jsonb from unnest($1::text[], $2::text[]) u (k, v)
    on conflict (key) do update set ts = excluded.ts, v = excluded.v`
  for (let from = 0; from < rows.length; from += batch) {
    const page = rows.slice(from, from + batch)
    await pool.query(text, [page.map(({ key }) => key), page.map(({ v }) => v)])
  }
}

async function fill({ pool, epoch, folder }, gridUs, expected) {
  const { materials, view } = fillDefinitions()
  const [outcome] = await materialiseViews({
    materials,
    due: [{ view, gridUs }],
    ports: { files: folderFiles(folder), queries: none, secrets: none },
    store: createOnlineRows({ pool, environment }, epoch),
    nowUs: gridUs,
    engine: { spillFolder: join(folder, 'spill'), keeper },
  })
  if (outcome.type === 'failed') throw outcome.error
  if (outcome.report.computed !== expected) throw new Error(`expected ${expected} entities, computed ${outcome.report.computed}`)
}

async function measureRun(database, place) {
  const { pool } = place
  await pool.query('truncate online_views, online_rows; truncate floor_rows')
  const whole = await timed(database, () => fill(place, grid.first, entities))
  const rows = await readRows(pool, 0n)
  if (rows.length !== entities) throw new Error(`expected ${entities} rows, found ${rows.length}`)
  const floor = await timed(database, () => upsertByHand(pool, rows))
  const some = await timed(database, () => fill(place, grid.second, Math.floor(entities / 100)))
  const newRows = await readRows(pool, grid.first)
  if (newRows.length !== Math.floor(entities / 100))
    throw new Error(`expected one in a hundred to be new, found ${newRows.length}`)
  const someByHand = await timed(database, () => upsertByHand(pool, newRows))
  const nothing = await timed(database, () => fill(place, grid.third, 0))
  return { whole, floor, some, someByHand, nothing }
}

function compare(item, found, [own, floor], { figure, goal = null }) {
  const of = (name) => formatMs(median(found.map((run) => run[name][figure])))
  const ratio = median(found.map((run) => run[own][figure] / run[floor][figure]))
  const target = { target: goal === null ? '' : `at most ${goal}`, met: goal === null ? null : ratio <= goal }
  return rowOf(item, of(own), { floor: of(floor), ratio: ratio.toFixed(2), ...target })
}

function fillRows(found) {
  const row = (item, pair, figure, goal) => compare(item, found, pair, { figure, goal })
  return [
    row('whole fill; the floor is a batched upsert', ['whole', 'floor'], 'wallMs', 2),
    row('  processor time, Postgres apart', ['whole', 'floor'], 'cpuMs'),
    row('  processor time of Postgres', ['whole', 'floor'], 'databaseMs'),
    row('1 % new rows; the floor is the whole fill', ['some', 'whole'], 'wallMs', 0.01),
    row('  processor time, Postgres apart', ['some', 'whole'], 'cpuMs'),
    row('  processor time of Postgres', ['some', 'whole'], 'databaseMs'),
    row('1 % new rows; the floor is a batched upsert of them', ['some', 'someByHand'], 'wallMs'),
    row('  processor time of Postgres', ['some', 'someByHand'], 'databaseMs'),
    row('the upsert of 1 %; the floor is that of all rows', ['someByHand', 'floor'], 'wallMs'),
    row('  processor time of Postgres', ['someByHand', 'floor'], 'databaseMs'),
    row('nothing new; the floor is the whole fill', ['nothing', 'whole'], 'wallMs'),
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'mainward-fill-'))
const database = await startBenchDatabase()
const pool = openPool(database.url, { applicationName: 'bench', statementTimeoutMs: 0 })
try {
  await writeFillData(folder, entities)
  await pool.query('create table floor_rows (key text primary key, ts timestamptz not null, v jsonb not null)')
  const place = { pool, folder, epoch: await beginEpoch(pool, environment, 'bench', 60) }
  const found = []
  for (let run = 0; run < runs; run += 1) found.push(await measureRun(database, place))
  const rate = median(found.map(({ whole }) => entities / (whole.wallMs / 1000)))
  report(`materialise: ${entities} entities, 8 features, ${runs} runs; ${Math.round(rate)} rows/s`, fillRows(found))
} finally {
  await keeper.close()
  await pool.end()
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
}
