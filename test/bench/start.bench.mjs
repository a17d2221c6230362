// Measures `npm start` (`mainward demo`): from the start of the program to the first correct prediction from joined features, in a
// new folder (the example is copied and committed, the views are filled), and with what the run before left. `npm run build` first;
// `--runs N`, usually 3.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { commandOf, processTree, pssMiB } from './process-tree.mjs'
import { report, rowOf, runsOf } from './report.mjs'
import { formatMs, median } from './table.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const model = 'flight-delay'
const giveUpMs = 60_000

/** The first flight of June 2013, at the time at which the demo's data clock begins, and what version 1 said of its row of `mainward dataset` in Python's onnxruntime. */
const flight = {
  body: JSON.stringify({
    rows: [{ origin: 'EWR', dest: 'CLT', carrier: 'US', route: 'EWR-CLT', tailnum: 'N538UW', distance: 529, sched_hour: 5, day_of_week: 6 }], // prettier-ignore
  }),
  score: 0.07091001,
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** The status and the text of an answer; null while nobody listens. */
function post(port, body) {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(
      { port, host: '127.0.0.1', path: `/v1/models/${model}/predict`, method: 'POST', headers },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => resolve({ status: response.statusCode, text })) // prettier-ignore
      },
    )
    sent.on('error', () => resolve(null))
    sent.end(body)
  })
}

function isCorrect(answer, score) {
  if (answer?.status !== 200) return false
  const [prediction] = JSON.parse(answer.text).predictions
  return Math.abs(prediction.score - score) < 1e-6
}

/** Asks until the answer is right; what happened on the way, in milliseconds since the start. */
async function waitForPrediction(start, port, { body, score }) {
  const marks = {}
  while (performance.now() - start < giveUpMs) {
    const answer = await post(port, body)
    const now = performance.now() - start
    if (answer !== null) marks.listening ??= now
    if (isCorrect(answer, score)) return { ...marks, correct: now }
    await sleep(5)
  }
  throw new Error(`no correct prediction within ${giveUpMs} ms`)
}

/** When a line of the program's output first held the text. */
function markLines(child, start, marks, texts) {
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (part) => {
    output += part
    for (const [name, text] of Object.entries(texts)) if (output.includes(text)) marks[name] ??= performance.now() - start
  })
}

async function runUp(folder, measureMemory) {
  const port = await freePort()
  const readyFile = join(folder, 'ready.json')
  rmSync(readyFile, { force: true })
  const start = performance.now()
  const options = ['--port', String(port), '--admin-port', '0', '--ready-file', readyFile]
  const child = spawn(process.execPath, [join(root, 'dist/main.js'), 'demo', ...options], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] }) // prettier-ignore
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const marks = {}
  markLines(child, start, marks, { database: 'database: ', commit: 'found ' })
  try {
    Object.assign(marks, await waitForPrediction(start, port, flight))
    while (!existsSync(readyFile)) await sleep(5)
    marks.readyFile = performance.now() - start
    return { marks, memory: measureMemory ? await idleMemory(child.pid) : null }
  } finally {
    child.kill('SIGINT')
    await ended
  }
}

/** What has had no work for ten seconds has ended by then, also after statistics were computed. */
const idleMs = 20_000

/** By part, in MiB, after it has been idle for a while. */
async function idleMemory(pid) {
  await sleep(idleMs)
  const parts = {
    supervisor: 0,
    'control plane': 0,
    'source process': 0,
    'materialising process': 0,
    'data plane': 0,
    Postgres: 0,
  }
  for (const one of processTree(pid)) parts[partOf(one, pid)] += pssMiB(one)
  return parts
}

function partOf(pid, supervisor) {
  const command = commandOf(pid)
  if (pid === supervisor) return 'supervisor'
  if (command.includes('source-worker')) return 'source process'
  if (command.includes('materialise-worker') || command.includes('engine-process')) return 'materialising process'
  if (command.includes('main.js reconcile')) return 'control plane'
  return command.includes('main.js serve') ? 'data plane' : 'Postgres'
}

const runs = runsOf(3)
const fresh = []
const old = []
for (let run = 0; run < runs; run += 1) {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-start-'))
  try {
    fresh.push(await runUp(folder, false))
    old.push(await runUp(folder, true))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function of(outcomes, mark) {
  return median(outcomes.map(({ marks }) => marks[mark] ?? Number.NaN))
}

function startRows(name, outcomes, limitMs) {
  const correct = of(outcomes, 'correct')
  const steps = { database: 'database answers', listening: 'data plane listens', commit: 'status tells the commit', readyFile: 'ready file is written' } // prettier-ignore
  return [
    rowOf(`demo to the first correct prediction, ${name}`, formatMs(correct), { target: `<= ${formatMs(limitMs)}`, met: correct <= limitMs }), // prettier-ignore
    ...Object.entries(steps).map(([mark, text]) => rowOf(`  ${text} after`, formatMs(of(outcomes, mark)))),
  ]
}

const memory = old.map((outcome) => outcome.memory)
const parts = Object.keys(memory[0])
const whole = median(memory.map((one) => parts.reduce((sum, part) => sum + one[part], 0)))
report(`start: mainward demo, 2 models, 9 online views, ${runs} runs`, [
  ...startRows('new database', fresh, 5000),
  ...startRows('old database', old, 2000),
  rowOf('PSS of an idle demo', `${whole.toFixed(0)} MiB`, { target: '< 400 MB', met: (whole * 2 ** 20) / 1e6 < 400 }),
  ...parts.map((part) => rowOf(`  ${part}`, `${median(memory.map((one) => one[part])).toFixed(0)} MiB`)),
])
