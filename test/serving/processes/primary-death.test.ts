/** A primary that dies while its workers start, or drain: they end by themselves, whatever they were waiting for. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { benchRelease } from '../support/bench-model.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { ClusterFolder, isAlive, isRunning, listChildren } from './support/running-cluster.ts'

const release = benchRelease({ version: 1 })
const deaths = 15
/** Long enough for a worker to come to what only the primary can answer. */
const silenceMs = 250
/** A worker drains for less than a second; the rest is for a machine that is busy. */
const endLimitMs = 8_000

let folder: ClusterFolder

beforeEach(async () => {
  folder = await ClusterFolder.create()
  await folder.offer(servingState(1, { releases: [release], routes: [stableRoute(release)] }))
})

afterEach(async () => {
  await folder.remove()
})

/** Killed at once, or after a silence in which nothing is answered. Returns the workers that it left. */
async function killPrimary(afterMs: number, silent: boolean): Promise<readonly number[]> {
  const { primary, ended, output } = folder.start()
  await sleep(afterMs)
  if (!isRunning(primary)) throw new Error(`the primary ended by itself: ${output()}`)
  if (silent) {
    primary.kill('SIGSTOP')
    await sleep(silenceMs)
  }
  const workers = listChildren(primary.pid ?? 0)
  primary.kill('SIGKILL')
  await ended
  return workers
}

/** Until the whole server listens; then it is taken away. */
async function measureStart(): Promise<number> {
  const startedAt = performance.now()
  const { primary, ended } = await folder.serve()
  const tookMs = performance.now() - startedAt
  primary.kill('SIGKILL')
  await ended
  return tookMs
}

async function waitForEnd(workers: readonly number[]): Promise<readonly number[]> {
  const deadline = performance.now() + endLimitMs
  while (performance.now() < deadline && workers.some(isAlive)) await sleep(20)
  return workers.filter(isAlive)
}

it(`leaves no worker behind: ${deaths} deaths, spread over the start`, { timeout: 120_000 }, async () => {
  const left: { readonly afterMs: number; readonly silent: boolean; readonly workers: readonly number[] }[] = []
  const startMs = 1.3 * (await measureStart())
  let seen = 0
  for (let death = 0; death < deaths; death++) {
    const afterMs = Math.round((startMs * death) / deaths)
    const silent = death % 3 !== 0
    const started = await killPrimary(afterMs, silent)
    seen += started.length
    const workers = await waitForEnd(started)
    if (workers.length > 0) left.push({ afterMs, silent, workers })
    for (const worker of workers) process.kill(worker, 'SIGKILL')
  }
  expect(left).toEqual([])
  expect(seen).toBeGreaterThan(deaths / 3)
})

it('leaves no worker behind that drains', async () => {
  const cluster = await folder.serve()
  const sockets = Array.from({ length: 8 }, () => connect(Number(new URL(cluster.url).port), '127.0.0.1'))
  for (const socket of sockets) {
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write('POST /v1/models/bench/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{')
  }
  await sleep(200)
  cluster.primary.kill('SIGTERM')
  await sleep(300)
  const workers = cluster.workers()
  expect(workers).not.toEqual([])
  cluster.primary.kill('SIGKILL')
  expect(await waitForEnd(workers)).toEqual([])
  for (const socket of sockets) socket.destroy()
})
