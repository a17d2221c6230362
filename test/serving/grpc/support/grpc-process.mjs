// A data plane with its gRPC listener in a process of its own, so that its memory can be measured. Runs from dist/.
// Argument: one JSON object { dist, folder, limits, state, artifact: { sha256, path } }. Sends its address; answers the message
// 'memory' with its resident bytes, and how long its event loop was held up at most since the last one. Work takes processor time:
// what is more than that is the wait for a processor that others have. As a cluster of N with `workers`: then it sends the address
// once from each worker.
import cluster from 'node:cluster'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'

const { dist, folder, limits, state, artifact, workers } = JSON.parse(process.argv[2])

if (workers !== undefined && cluster.isPrimary) {
  for (let index = 0; index < workers; index++) cluster.fork().on('message', (message) => process.send(message))
} else await serve()

async function serve() {
  const load = (path) => import(pathToFileURL(join(dist, path)).href)
  const { startDataPlane } = await load('serving/data-plane.js')
  const { onnxRuntime } = await load('inference/onnx-runtime.js')
  const effects = {
    source: { read: async () => state, subscribe: () => () => undefined },
    reporter: { report: async () => undefined },
    artifacts: { read: (_store, sha256) => readFile(sha256 === artifact.sha256 ? artifact.path : sha256) },
    runtime: onnxRuntime,
    store: { read: () => Promise.reject(new Error('no store')), push: () => Promise.reject(new Error('no store')) },
    clock: { now: () => Date.now() },
    log: pino({ level: 'fatal' }),
  }
  const options = { environment: 'production', replica: `r-${process.pid}`, host: '127.0.0.1', version: '0.1.0', limits }
  const stateFolder = join(folder, String(process.pid))
  const dataPlane = await startDataPlane({ ...options, stateFolder, port: 0, grpcPort: 0 }, effects)
  while (!dataPlane.isReady()) await new Promise((resolve) => setTimeout(resolve, 20))
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  let usage = process.cpuUsage()
  process.on('message', (message) => {
    if (message !== 'memory') return
    const { user, system } = process.cpuUsage(usage)
    usage = process.cpuUsage()
    const heldUpMs = Math.min(delay.max / 1e6, (user + system) / 1000)
    globalThis.gc?.()
    // Its next tick has seen the collection, which is not the attack's doing.
    setTimeout(() => delay.reset(), 10)
    process.send({ rss: process.memoryUsage.rss(), heldUpMs })
  })
  process.send({ grpc: dataPlane.grpc, pid: process.pid })
}
