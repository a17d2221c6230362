// A serving process as `mainward serve` runs it, with its state in a file and its artifacts in a folder. Runs from dist/.
// Argument: one JSON object { options, folder }; options as runServe takes them.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'

const { options, folder, dist } = JSON.parse(process.argv[2])
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const { connectParent } = await load('cli/parent-channel.js')
const { runServe } = await load('cli/serve.js')
const { onnxRuntime } = await load('inference/onnx-runtime.js')

const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const effects = {
  source: {
    read: async () => JSON.parse(await readFile(join(folder, 'source.json'), 'utf8')),
    subscribe: () => () => undefined,
  },
  reporter: { report: async () => undefined },
  artifacts: { read: (_store, sha256) => readFile(join(folder, sha256)) },
  runtime: onnxRuntime,
  clock: { now: () => Date.now() },
  log: pino({}, process.stderr),
  stop: stop.signal,
  parent: connectParent(process),
}
try {
  await runServe(options, effects)
} catch (error) {
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exitCode = error.code === 'usage' ? 2 : 1
}
