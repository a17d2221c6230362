// Measures `POST /get-online-features` of `mainward serve` for 1 and 100 entities of 3 views against node:http and pg with one query on the
// same Postgres, in interleaved runs; then how long requests wait while a million rows are written. `npm run build` first. `--runs N`,
// usually 7; `--seconds N` a visit, usually 2; `--written N`, usually 1,000,000.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { assertFloor, assertOurs, drawRequests, fillStores, onlineViews } from './features/online-data.mjs'
import { startClosedLoop } from './load/run-load.mjs'
import { numberOf, report, runsOf } from './report.mjs'
import { releaseOf, startBenchDatabase } from './serving/bench-database.mjs'
import { measureLoad } from './serving/measure-load.mjs'
import { ask, startFeatureFloor, startMainward } from './serving/peers.mjs'
import { compareCpu, compareRates, goalRow, latencyRow } from './serving/serving-rows.mjs'
import { formatMs, median } from './table.mjs'

const runs = runsOf(7)
const seconds = numberOf('--seconds', 2)
const written = numberOf('--written', 1_000_000)
const entities = 100_000
const connections = 16
const loads = {
  1: { requests: drawRequests(500, 1, entities), connections },
  100: { requests: drawRequests(100, 100, entities), connections },
}
const environment = 'bench'

async function startPeers(database, peers) {
  await fillStores(database, environment, entities)
  await database.publish(environment, [releaseOf('bench', 1)], onlineViews)
  peers.floor = { ...(await startFeatureFloor(database)), assertRight: assertFloor }
  peers.ours = { ...(await startMainward(database, environment, 1)), assertRight: assertOurs }
  for (const [name, peer] of Object.entries(peers)) {
    Object.assign(peer, { name, database, answersRight: true })
    await waitForAnswer(peer)
    for (const { requests } of Object.values(loads)) for (const request of requests.slice(0, 5)) peer.assertRight(await ask(peer, request), request) // prettier-ignore
  }
}

/** Until the server listens and knows the views. */
async function waitForAnswer(peer) {
  const deadline = performance.now() + 60_000
  for (;;) {
    try {
      peer.assertRight(await ask(peer, loads[1].requests[0]), loads[1].requests[0])
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

async function measureAll(peers) {
  const found = { 'floor 1': [], 'ours 1': [], 'floor 100': [], 'ours 100': [] }
  for (let run = 0; run < runs; run += 1) {
    for (const visit of Object.keys(found)) {
      const [name, load] = visit.split(' ')
      found[visit].push(await measureLoad(peers[name], loads[load], seconds))
    }
  }
  return found
}

/** The load goes on until the rows are written; it does not check values, which change. */
async function measureWhileWriting({ ours }, database) {
  const load = startClosedLoop({ url: ours.url, ...loads[1], seconds: 600, warmupSeconds: 1 })
  await load.measuring
  const writer = fork(fileURLToPath(new URL('features/write-rows.mjs', import.meta.url)), [database.url, environment, written, entities].map(String)) // prettier-ignore
  const ended = once(writer, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`the writer ended with ${code}`)
  })
  const [[{ perSecond }]] = await Promise.all([once(writer, 'message'), ended])
  load.stop()
  const { answered, failed, statuses, latency } = await load.result
  if (failed > 0 || statuses[200] !== answered) throw new Error(`answers while rows were written: ${JSON.stringify(statuses)}`)
  return { ...latency, perSecond }
}

function loadRows(found, load, title) {
  const floor = { name: 'node + pg', visits: found[`floor ${load}`] }
  const ours = found[`ours ${load}`]
  const database = (visits) => visits.map((visit) => ({ ...visit, cpuUs: visit.databaseUs }))
  return [
    compareRates(`${title}: requests/s`, ours, floor, { atLeast: 0.7 }),
    compareCpu('  CPU a request', ours, floor),
    compareCpu('  Postgres, CPU a request', database(ours), { ...floor, visits: database(floor.visits) }),
    latencyRow('  p50, p99', ours, floor),
  ]
}

function writingRow(quiet, { p50Ms, p99Ms, perSecond }) {
  const p99 = median(quiet.map((visit) => visit.p99Ms))
  return goalRow(`1 entity, while ${written} rows are written (${Math.round(perSecond)}/s): p99`, formatMs(p99Ms), {
    floor: `quiet: ${formatMs(p99)}`,
    ratio: (p99Ms / p99).toFixed(2),
    value: p99Ms / p99,
    atMost: 3,
    show: (goal) => `${goal} (p50 ${formatMs(p50Ms)})`,
  })
}

const database = await startBenchDatabase()
const peers = {}
try {
  await startPeers(database, peers)
  const found = await measureAll(peers)
  const writing = written > 0 ? [writingRow(found['ours 1'], await measureWhileWriting(peers, database))] : []
  const foreign = Object.values(found).flat().map((visit) => visit.foreign) // prettier-ignore
  const note = `others had ${(median(foreign) * 100).toFixed(0)} % of the machine`
  report(
    `online: ${entities} entities × 3 views, 14 features, ${connections} connections, ${runs} runs of ${seconds} s; ${note}`,
    [...loadRows(found, 1, '1 entity'), ...loadRows(found, 100, '100 entities'), ...writing],
  )
} finally {
  for (const peer of Object.values(peers)) await peer.stop()
  await database.stop()
}
