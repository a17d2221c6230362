// Measures the speed of `mainward serve` (recording and metrics on) against two floors in interleaved runs: a Node server that only
// parses and answers (echo), and node:http with onnxruntime-node (bare). `npm run build` first; `--runs N`, usually 7; `--seconds N`
// a visit, usually 3. Every peer must answer right before it is measured, and in a sample while it is.
import { numberOf, report, runsOf } from './report.mjs'
import { startBenchDatabase, releaseOf } from './serving/bench-database.mjs'
import { assertRight, binaryBatch, inferPath, singleRows, wholeBatch } from './serving/bench-requests.mjs'
import { measureLoad } from './serving/measure-load.mjs'
import { ask, startBare, startEcho, startMainward, verify, waitUntilRight } from './serving/peers.mjs'
import { compareCpu, compareLatency, compareRates, latencyRow, surroundingsNote } from './serving/serving-rows.mjs'

const runs = runsOf(7)
const seconds = numberOf('--seconds', 3)
const path = inferPath('bench')
const single = singleRows(path)
const loads = {
  1: { requests: single, connections: 1 },
  16: { requests: single, connections: 16 },
  64: { requests: single, connections: 64 },
  batch: { requests: wholeBatch(path), connections: 16 },
  binary: { requests: binaryBatch(path), connections: 16 },
}

/** Into `peers`, one by one: what was started is stopped also when the next does not start. */
async function startPeers(database, peers) {
  await database.publish('bench', [releaseOf('bench', 1)])
  await database.publish('bench-two', [releaseOf('bench', 1)])
  peers.echo = await startEcho()
  peers.bare = await startBare()
  peers.ours = await startMainward(database, 'bench', 1)
  peers.two = await startMainward(database, 'bench-two', 2)
  for (const [name, peer] of Object.entries(peers)) {
    Object.assign(peer, { name, answersRight: name !== 'echo' })
    if (name === 'ours' || name === 'two') peer.database = database
    if (!peer.answersRight) continue
    await waitUntilRight(peer, single[0])
    await verify(peer, [...single.slice(0, 8), ...loads.batch.requests])
  }
}

/** Null when it is right; else why this build does not answer binary tensors as it should. */
async function whyNotBinary(peer) {
  const [request] = loads.binary.requests
  const answer = await ask(peer, request)
  if (answer.status !== 200) return `answered ${answer.status}`
  assertRight(answer, request)
  return null
}

/** Every visit of one run, in the order in which they are compared. */
function listVisits(peers, binary) {
  const compared = ['echo', 'bare', 'ours']
  return [
    ...['1', '16', '64'].flatMap((load) => compared.map((name) => [name, load])),
    ...(peers.two === undefined ? [] : ['16', '64'].map((load) => ['two', load])),
    ...compared.map((name) => [name, 'batch']),
    ...(binary ? [['ours', 'binary']] : []),
  ]
}

async function measureAll(peers, visits) {
  const found = Object.fromEntries(visits.map(([name, load]) => [`${name} ${load}`, []]))
  for (let run = 0; run < runs; run += 1) {
    process.stderr.write(`run ${run + 1} of ${runs}\n`)
    for (const [name, load] of visits) found[`${name} ${load}`].push(await measureLoad(peers[name], loads[load], seconds))
  }
  return found
}

function rowsOf(found) {
  return [
    ...speedRows('1 row, 1 connection', floorsOf(found, '1'), {}, {}),
    latencyGoalRow(floorsOf(found, '1')),
    ...speedRows('1 row, 16 connections', floorsOf(found, '16'), { atLeast: 0.7 }, { atMost: 1.5 }),
    ...speedRows('1 row, 64 connections', floorsOf(found, '64'), { atLeast: 0.8 }, { atMost: 1.5 }),
    ...speedRows('64 rows in JSON, 16 connections', floorsOf(found, 'batch'), { atLeast: 0.42 }, {}),
    ...binaryRows(found),
    ...twoProcessRows(found),
  ]
}

function floorsOf(found, load) {
  const named = (name) => ({ name, visits: found[`${name} ${load}`] })
  return { ours: found[`ours ${load}`], echo: named('echo'), bare: named('bare') }
}

function speedRows(title, { ours, echo, bare }, rateGoal, cpuGoal) {
  return [
    compareRates(`${title}: requests/s`, ours, echo, rateGoal),
    compareRates('  bare node + onnxruntime', bare.visits, echo),
    compareCpu('  CPU a request', ours, echo, cpuGoal),
    compareCpu('  CPU a request, bare', bare.visits, echo),
    latencyRow('  p50, p99', ours, bare),
  ]
}

function latencyGoalRow({ ours, bare }) {
  return compareLatency('  p50 against bare', ours, bare, { atMost: 1.15 })
}

function binaryRows({ 'ours binary': binary, 'ours batch': json }) {
  if (binary === undefined) return []
  return [
    compareRates('64 rows in binary, 16 connections: requests/s', binary, { name: 'JSON', visits: json }, { atLeast: 1.3 }),
    compareCpu('  CPU a request', binary, { name: 'JSON', visits: json }),
  ]
}

function twoProcessRows(found) {
  if (found['two 16'] === undefined) return []
  return ['16', '64'].flatMap((load) => {
    const { ours, echo } = floorsOf(found, load)
    return [
      compareRates(`2 processes, 1 row, ${load} connections: requests/s`, found[`two ${load}`], echo),
      compareCpu('  CPU a request', found[`two ${load}`], { name: '1 process', visits: ours }, { atMost: 1.15 }),
    ]
  })
}

const database = await startBenchDatabase()
const peers = {}
try {
  await startPeers(database, peers)
  const binaryProblem = await whyNotBinary(peers.ours)
  const found = await measureAll(peers, listVisits(peers, binaryProblem === null))
  const missing = [
    ...(binaryProblem === null ? [] : [`binary tensors are not measured: this build ${binaryProblem}`]),
    ...(peers.two === undefined ? ['two processes are not measured: this build has one'] : []),
  ]
  report([`serving: ${runs} runs of ${seconds} s`, surroundingsNote(found), ...missing].join('; '), rowsOf(found))
} finally {
  for (const peer of Object.values(peers)) await peer.stop()
  await database.stop()
}
