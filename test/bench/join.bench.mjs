// Measures a training set (join, digest, report, Parquet) against one statement of bare DuckDB for the same values, each in processes of its
// own; and windows against SQL by hand, in one engine. `npm run build` first. `--rows N`: rows of the largest view, usually 5,000,000;
// a fifth as many labels. `--runs N`, usually 1.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { columnsOf, views, writeFeatureData } from './features/feature-data.mjs'
import { measureWindows } from './features/measure-windows.mjs'
import { treePssMiB } from './process-tree.mjs'
import { numberOf, report, rowOf, runsOf } from './report.mjs'
import { formatMs, median } from './table.mjs'

const rows = numberOf('--rows', 5_000_000)
const runs = runsOf(1)
const program = fileURLToPath(new URL('features/join-process.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mainward-join-'))
const sampleMs = 50

/** Time, processor time, and the most memory that all of its processes had together. */
async function measure(which, run) {
  const out = join(folder, `${which}-${run}`)
  mkdirSync(out)
  const child = fork(program, [which, folder, out], { execArgv: [] })
  const ended = once(child, 'exit')
  const told = Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`${which} ended with ${code}`))),
  ])
  let isOver = false
  void ended.then(() => (isOver = true))
  let peakMiB = 0
  while (!isOver) {
    peakMiB = Math.max(peakMiB, sampleMiB(child.pid))
    await sleep(sampleMs)
  }
  const [figures] = await told
  return { ...figures, peakMiB, out }
}

/** 0 when one of the processes ended in between. */
function sampleMiB(pid) {
  try {
    return treePssMiB(pid)
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return 0
    throw error
  }
}

/** Throws unless both files have the same values in the same order. */
async function assertSame(bare, ours) {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
  const columns = [...views.flatMap(columnsOf), 'label']
  const other = columns.map((name) => `b.${name} IS DISTINCT FROM o.${name}`).join(' OR ')
  const reader = await connection.runAndReadAll(
    `SELECT count(*), count(*) FILTER (${other}) FROM ${numbered(bare)} b FULL JOIN ${numbered(ours)} o USING (file_row_number)`,
  )
  const [count, wrong] = reader.getRows()[0]
  if (wrong > 0n || Number(count) !== Math.round(rows / 5)) throw new Error(`${wrong} of ${count} rows differ`)
}

const numbered = (out) => `read_parquet('${out}/train.parquet', file_row_number = true)`

async function measureJoin() {
  const found = { bare: [], ours: [] }
  for (let run = 0; run < runs; run += 1) {
    for (const which of ['bare', 'ours']) found[which].push(await measure(which, run))
    await assertSame(found.bare[run].out, found.ours[run].out)
    for (const which of ['bare', 'ours']) rmSync(found[which][run].out, { recursive: true })
  }
  return found
}

const ratio = (found, own, floor, figure) => median(found[own].map((each, run) => each[figure] / found[floor][run][figure]))

function compare(item, found, [own, floor], { figure, format, goal = null }) {
  const value = ratio(found, own, floor, figure)
  const of = (which) => format(median(found[which].map((each) => each[figure])))
  return rowOf(item, of(own), {
    floor: of(floor),
    ratio: value.toFixed(2),
    target: goal === null ? '' : `at most ${goal}`,
    met: goal === null ? null : value <= goal,
  })
}

function joinRows(found) {
  const both = ['ours', 'bare']
  const peak = Math.max(...found.ours.map(({ peakMiB }) => peakMiB))
  const bare = Math.max(...found.bare.map(({ peakMiB }) => peakMiB))
  return [
    compare('training set: time', found, both, { figure: 'wallMs', format: formatMs, goal: 1.25 }),
    compare('  processor time', found, both, { figure: 'cpuMs', format: formatMs }),
    rowOf('  peak memory of all processes', `${peak.toFixed(0)} MiB`, {
      floor: `${bare.toFixed(0)} MiB`,
      ratio: (peak / bare).toFixed(2),
      target: 'at most 1536 MiB',
      met: peak <= 1536,
    }),
  ]
}

function windowRows(found) {
  return ['mean', 'max'].flatMap((name) => {
    const both = [name, `${name} by hand`]
    return [
      compare(`window: ${name}, time`, found, both, { figure: 'wallMs', format: formatMs, goal: 1.3 }),
      compare('  processor time', found, both, { figure: 'cpuMs', format: formatMs }),
    ]
  })
}

try {
  await writeFeatureData(folder, rows)
  const joined = joinRows(await measureJoin())
  const windowed = windowRows(await measureWindows(folder, runs))
  const sizes = `${rows / 5} labels × (${rows} + ${rows / 5} + ${rows / 50}) rows, 14 features`
  report(`join: ${sizes}, ${runs} runs; the floor is bare DuckDB, one statement to Parquet; every value is compared`, [
    ...joined,
    ...windowed,
  ])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
