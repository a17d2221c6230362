// Serving processes as `mainward serve` runs them, with their state in a file and their artifacts in a folder. Runs from dist/.
// Argument: one JSON object { options, folder }; options as runServe takes them. A worker is this script again.
// A release whose version is named in `crashes` kills the process when it is run, as a defect of native code does; or holds it
// for ever, once there is a file `hold` in the folder.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'

const { options, folder, dist, crashes = [] } = JSON.parse(process.argv[2])
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const { connectParent } = await load('cli/parent-channel.js')
const { isServeWorker, runServe, runServeWorker } = await load('cli/serve.js')

const stop = new AbortController()
for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => stop.abort())
const shared = {
  artifacts: { read: (_store, sha256) => readFile(join(folder, sha256)) },
  clock: { now: () => Date.now() },
  log: pino({}, process.stderr),
  stop: stop.signal,
}
/** Whatever is drained from the spool is stored. */
const store = ({ lines }) => Promise.resolve({ stored: lines.length, expired: 0, refused: 0 })
const records = { storePredictions: store, storeOutcomes: store, removeExpired: async () => undefined }
const source = {
  read: async () => JSON.parse(await readFile(join(folder, 'source.json'), 'utf8')),
  subscribe: () => () => undefined,
}
const noStore = { read: () => Promise.reject(new Error('no store')), push: () => Promise.reject(new Error('no store')) }
try {
  if (isServeWorker()) await runServeWorker(options, { ...shared, store: noStore, runtime: await openRuntime() })
  else await runServe(options, { ...shared, source, records, reporter: { report: report }, parent: connectParent(process) })
} catch (error) {
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exitCode = error.code === 'usage' ? 2 : 1
}
process.exit()

/** Heartbeats go to the parent. */
async function report(status) {
  if (process.connected) process.send({ type: 'heartbeat', status })
}

async function openRuntime() {
  const { onnxRuntime } = await load('inference/onnx-runtime.js')
  if (crashes.length === 0) return onnxRuntime
  const ends = new Map()
  return {
    async load(bytes) {
      const model = await onnxRuntime.load(bytes)
      const end = { when: null }
      const run = (...inputs) => {
        if (end.when === 'hold' && existsSync(join(folder, 'hold'))) for (;;);
        return end.when === 'run' ? process.kill(process.pid, 'SIGSEGV') : model.run(...inputs)
      }
      const loaded = { ...model, run }
      ends.set(loaded, end)
      return loaded
    },
    async verifyGoldenRows(model, release) {
      const found = await onnxRuntime.verifyGoldenRows(model, release)
      const crash = crashes.find(({ version }) => version === release.version)
      if (crash?.when === 'load') process.kill(process.pid, 'SIGSEGV')
      if (crash !== undefined) ends.get(model).when = crash.when
      return found
    },
  }
}
