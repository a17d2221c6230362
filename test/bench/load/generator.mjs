// The process of a load generator: takes one plan from its parent, runs it, and hands back what it counted. It ends with its parent.
import { setTimeout as sleep } from 'node:timers/promises'
import { ClosedLoop } from './closed-loop.mjs'
import { OpenLoop } from './open-loop.mjs'

function cpuUs() {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Head and body in one piece, made before the first is sent. */
function prebuild({ host, port }, { method, path, headers, body }) {
  const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = method === 'GET' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${length}${given.join('')}\r\n`
  return Buffer.concat([Buffer.from(head), Buffer.from(body)])
}

async function run(plan, stopped) {
  const requests = plan.requests.map((request) => prebuild(plan, request))
  const loop = plan.loop === 'closed' ? new ClosedLoop(plan, requests) : new OpenLoop(plan, requests)
  loop.start()
  await Promise.race([sleep(plan.warmupSeconds * 1000), stopped])
  process.send({ type: 'measuring' })
  const start = { at: performance.now(), cpuUs: cpuUs() }
  loop.measure()
  await Promise.race([sleep(plan.seconds * 1000), stopped])
  loop.stop()
  const seconds = (performance.now() - start.at) / 1000
  const usedUs = cpuUs() - start.cpuUs
  process.send({ type: 'measured' })
  await loop.ended
  process.send({ type: 'result', result: loop.tally.summarize(seconds, usedUs) }, () => process.disconnect())
}

const stopped = new Promise((resolve) => {
  process.on('message', (message) => {
    if (message.type === 'plan') void run(message.plan, stopped)
    else resolve()
  })
})
process.on('disconnect', () => process.exit(0))
