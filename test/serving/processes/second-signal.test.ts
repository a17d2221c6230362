/** Who asks a second time does not want to wait for what is in flight. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../support/running-server.ts'
import { isAlive, isRunning, listChildren } from './support/running-cluster.ts'
import { ServedInstallation } from './support/served-installation.ts'

let installation: ServedInstallation

beforeAll(async () => {
  installation = await ServedInstallation.create()
})

afterAll(async () => {
  await installation.remove()
})

it.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGINT'],
] as const)('%s waits for a request that is in flight, and a %s after it ends all processes at once', async (first, second) => {
  const { url, primary, ended } = await installation.serve()
  const workers = listChildren(primary.pid ?? 0)
  expect(workers).toHaveLength(2)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('POST /v1/models/bench/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{')
  await sleep(200)
  primary.kill(first)
  await sleep(1_000)
  expect(isRunning(primary)).toBe(true)
  expect(workers.some(isAlive)).toBe(true)
  const askedAt = performance.now()
  primary.kill(second)
  expect((await ended).signal).toBe(second)
  await until(() => !workers.some(isAlive))
  expect(performance.now() - askedAt).toBeLessThan(1_500)
  socket.destroy()
})
