// Starts what the serving benchmark compares, each as processes of its own: the floors, and `mainward serve` as it is installed.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../../dist/database/embedded/free-port.js'
import { assertRight, modelFile } from './bench-requests.mjs'

const own = (name) => fileURLToPath(new URL(name, import.meta.url))
const program = own('../../../dist/main.js')
const startLimitMs = 60_000

function stopping(child, signal) {
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}

async function startFloor(file, args) {
  const child = fork(own(file), args)
  const [{ url }] = await once(child, 'message')
  return { url, pid: child.pid, stop: stopping(child, 'SIGKILL') }
}

export function startEcho() {
  return startFloor('echo-server.mjs', [])
}

export function startBare() {
  return startFloor('bare-server.mjs', [modelFile])
}

/** node:http with pg: one query a request, on a table of the same rows. */
export function startFeatureFloor(database) {
  return startFloor('feature-floor.mjs', [database.url])
}

/** The data plane of an environment of the database, with everything on that is on when nothing is said. */
export async function startMainward(database, environment, processes) {
  const port = await findFreePort()
  const places = ['--port', String(port), '--grpc-port', '0', '--state', join(database.folder, environment)]
  const options = [...places, '--environment', environment, '--processes', String(processes)]
  const child = spawn(process.execPath, [program, 'serve', ...options], {
    env: { ...process.env, DATABASE_URL: database.url },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log = []
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log.push(text)
    if (log.length > 20) log.shift()
  })
  child.once('exit', (code, signal) => code !== 0 && process.stderr.write(`mainward serve ended (${code ?? signal}):\n${log.join('')}\n`)) // prettier-ignore
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop: stopping(child, 'SIGTERM') }
}

/** One request past the load generator. */
export async function ask(peer, { path, body, headers = { 'content-type': 'application/json' } }) {
  const response = await fetch(`${peer.url}${path}`, { method: 'POST', body, headers })
  const head = [...response.headers].map(([name, value]) => `\r\n${name}: ${value}`).join('')
  return { status: response.status, head, body: Buffer.from(await response.arrayBuffer()) }
}

/** Asks until the request is answered as it should be. */
export async function waitUntilRight(peer, request) {
  const deadline = performance.now() + startLimitMs
  for (;;) {
    try {
      assertRight(await ask(peer, request), request)
      return
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`no right answer within ${startLimitMs} ms`, { cause: error })
      await sleep(10)
    }
  }
}

/** Throws unless every request is answered right. */
export async function verify(peer, requests) {
  for (const request of requests) assertRight(await ask(peer, request), request)
}
