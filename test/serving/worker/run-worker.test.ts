import { EventEmitter } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onnxRuntime } from '../../../reconciler/inference/onnx-runtime.ts'
import type { FromWorker, ToWorker } from '../../../reconciler/serving/channel/messages.ts'
import type { ChannelProcess } from '../../../reconciler/serving/worker/primary-link.ts'
import { runWorker } from '../../../reconciler/serving/worker/run-worker.ts'
import { benchBytes, benchRelease } from '../support/bench-model.ts'
import { noStore, until } from '../support/running-server.ts'
import { servingState, stableRoute } from '../support/serving-state.ts'

const release = benchRelease({ version: 1 })
const state = servingState(1, { releases: [release], routes: [stableRoute(release)] })
const free = { later: [], failed: [], crashed: [] }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mainward-worker-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** The primary's end is the test's. */
class Channel extends EventEmitter implements ChannelProcess {
  connected = true
  readonly sent: FromWorker[] = []

  send(message: unknown, _handle: undefined, _options: undefined, done: (error: Error | null) => void): boolean {
    this.sent.push(message as FromWorker)
    setImmediate(done, null)
    return true
  }

  say(message: ToWorker): void {
    this.emit('message', message)
  }
}

function start(channel: Channel): Promise<void> {
  const options = {
    environment: 'production',
    replica: 'r',
    host: '127.0.0.1',
    version: '0.1.0',
    stateFolder: folder,
    runningFolder: folder,
  }
  return runWorker(options, {
    channel,
    artifacts: { read: () => Promise.resolve(benchBytes) },
    runtime: onnxRuntime,
    store: noStore,
    clock: { now: () => Date.now() },
    log: pino({ level: 'silent' }),
    stop: new AbortController().signal,
  })
}

describe('a worker that is not alone', () => {
  it('does not listen before it has loaded what the newest state names', async () => {
    const channel = new Channel()
    const ended = start(channel)
    channel.say({
      type: 'begin',
      worker: 2,
      spoolName: 'w2_test',
      ports: { port: 0, grpcPort: null },
      listenAtOnce: false,
      remembered: null,
      state,
      barred: { ...free, later: [release.digest] },
      whole: { ready: false, releases: {} },
    })
    const listens = () => channel.sent.some(({ type }) => type === 'listening')
    await sleep(300)
    expect(listens()).toBe(false)
    channel.say({ type: 'bar', barred: free })
    await until(() => channel.sent.some(({ type }) => type === 'read-artifact'))
    expect(listens()).toBe(false)
    const question = channel.sent.find((message) => message.type === 'read-artifact')
    channel.say({ type: 'artifact', ask: question?.ask ?? -1, path: null })
    await until(listens)
    channel.say({ type: 'stop' })
    channel.say({ type: 'drain' })
    await ended
  })
})
