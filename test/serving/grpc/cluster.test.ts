/** Workers of a cluster share one port, also one that the system picked. */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { builtFile, packageRoot } from '../../../reconciler/core/package-root.ts'
import { benchRelease } from '../support/bench-model.ts'
import { until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'
import { GrpcClient } from './support/grpc-client.ts'

interface Started {
  readonly grpc: string
  readonly pid: number
}

const release = benchRelease()
let folder: string
let primary: ChildProcess
let started: Started[] = []

afterEach(async () => {
  for (const { pid } of started) process.kill(pid, 'SIGKILL')
  primary.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

it('two workers listen on one port, and both answer', async () => {
  folder = await mkdtemp(join(tmpdir(), 'mainward-cluster-'))
  const state = servingState(1, { releases: [release], routes: [stableRoute(release)] })
  const path = join(packageRoot, 'test/fixtures/bench-model/model.onnx')
  const artifact = { sha256: release.artifact.sha256, path }
  const argument = JSON.stringify({ dist: builtFile(''), folder, limits: {}, state, artifact, workers: 2 })
  primary = fork(join(packageRoot, 'test/serving/grpc/support/grpc-process.mjs'), [argument])
  started = []
  primary.on('message', (message) => started.push(message as Started))
  await until(() => started.length === 2)
  expect(started[0]?.grpc).toBe(started[1]?.grpc)
  expect(started[0]?.pid).not.toBe(started[1]?.pid)
  const counts = await Promise.all(Array.from({ length: 8 }, () => askOnce(started[0]?.grpc ?? '')))
  expect(counts).toEqual(Array.from({ length: 8 }, () => true))
})

/** On a connection of its own: the primary hands out connections in turn. */
async function askOnce(address: string): Promise<unknown> {
  const client = new GrpcClient(address, { 'grpc.use_local_subchannel_pool': 1 })
  const { ready } = await client.ask('ServerReady')
  client.close()
  return ready
}
