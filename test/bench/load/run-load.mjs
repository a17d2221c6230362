// Starts a load generator as a process of its own and resolves with what it counted: for benchmarks, and for tests of a
// server under load. Knows nothing of what is asked.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('generator.mjs', import.meta.url))

const defaults = {
  connections: 16,
  warmupSeconds: 0,
  timeoutMs: 10_000,
  budgetMs: Number.POSITIVE_INFINITY,
  sampleSize: 100,
  seed: 1,
  arrivals: 'poisson',
}

/** Connections that each send their next request when they have the answer to the last. */
export function startClosedLoop(options) {
  return startLoad({ ...options, loop: 'closed' })
}

/** Requests at a fixed rate, whatever the server does. */
export function startOpenLoop(options) {
  return startLoad({ connections: 1000, ...options, loop: 'open' })
}

function startLoad({ url, requests, ...options }) {
  const { hostname, port } = new URL(url)
  const plan = { ...defaults, ...options, host: hostname, port: Number(port), requests: requests.map(complete) }
  const child = fork(program, { serialization: 'advanced', execArgv: [] })
  child.send({ type: 'plan', plan })
  const ended = once(child, 'exit')
  const until = (type) =>
    new Promise((resolve, reject) => {
      child.on('message', (message) => message.type === type && resolve(message.result))
      void ended.then(([code]) => reject(new Error(`the load generator ended with ${code} before it had ${type}`)))
    })
  const measuring = until('measuring')
  const measured = until('measured')
  // Whoever does not wait for the phases hears of a failure from the result.
  for (const phase of [measuring, measured]) phase.catch(() => undefined)
  const result = until('result').then(async (found) => {
    await ended
    return found
  })
  return { pid: child.pid, measuring, measured, result, stop: () => child.connected && child.send({ type: 'stop' }) }
}

function complete({ path, body = '', method = 'POST', headers = { 'content-type': 'application/json' } }) {
  return { path, body, method, headers }
}
