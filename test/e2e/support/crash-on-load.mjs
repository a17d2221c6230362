// Preloaded into every process of `mainward up`: a model that MAINWARD_TEST_CRASH names by its sha256 ends the process that loads
// it, as a defect in native code does. Everything else is as it is.
import cluster from 'node:cluster'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'

const deadly = process.env.MAINWARD_TEST_CRASH
// Only workers of `serve` load models.
if (deadly !== undefined && cluster.isWorker) {
  const { InferenceSession } = createRequire(import.meta.url)('onnxruntime-node')
  const create = InferenceSession.create.bind(InferenceSession)
  InferenceSession.create = (bytes, ...more) => {
    if (createHash('sha256').update(bytes).digest('hex') === deadly) process.kill(process.pid, 'SIGSEGV')
    return create(bytes, ...more)
  }
}
