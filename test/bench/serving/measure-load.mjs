// One visit of the serving benchmark: load on one peer for a few seconds, with what it cost by request. The answers are
// sampled and must be right. Decides nothing.
import { cpus } from 'node:os'
import { startClosedLoop } from '../load/run-load.mjs'
import { machineCpuUs, treeCpuUs } from '../process-tree.mjs'
import { assertRight } from './bench-requests.mjs'

const warmupSeconds = 1

function readClocks(pids) {
  return { at: performance.now(), machineUs: machineCpuUs(), ...Object.fromEntries(pids.map((pid) => [pid, treeCpuUs(pid)])) }
}

/**
 * `peer` has `url`, `pid`, `answersRight`, `database` where it asks one, and `assertRight` where an answer is no prediction. Rates a second, processor time in microseconds by request;
 * `foreign` is the share of the machine that neither peer, database nor generator used.
 */
export async function measureLoad(peer, { requests, connections }, seconds) {
  const load = startClosedLoop({ url: peer.url, requests, connections, seconds, warmupSeconds })
  const pids = [peer.pid, load.pid, ...(peer.database === undefined ? [] : [peer.database.pid])]
  await load.measuring
  const before = readClocks(pids)
  await load.measured
  const after = readClocks(pids)
  const result = await load.result
  assertAnswered(result, requests, peer)
  const used = (pid) => after[pid] - before[pid]
  const machineUs = (after.at - before.at) * 1000 * cpus().length
  const ownUs = pids.reduce((sum, pid) => sum + used(pid), 0)
  return {
    rate: result.ratePerSecond,
    cpuUs: used(peer.pid) / result.answered,
    databaseUs: peer.database === undefined ? 0 : used(peer.database.pid) / result.answered,
    generatorUs: result.generatorCpuUs,
    p50Ms: result.latency.p50Ms,
    p99Ms: result.latency.p99Ms,
    foreign: Math.max(0, (after.machineUs - before.machineUs - ownUs) / machineUs),
  }
}

function assertAnswered({ answered, failed, failures, statuses, samples }, requests, { name, answersRight, ...peer }) {
  if (failed > 0 || statuses[200] !== answered) {
    throw new Error(`${name} answered ${JSON.stringify(statuses)}, and failed with ${JSON.stringify(failures)}`)
  }
  const check = peer.assertRight ?? assertRight
  if (answersRight) for (const sample of samples) check(sample, requests[sample.request])
}
