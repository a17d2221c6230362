/** The inside of a model's own thread: loads the model, runs what it is sent. Started by model-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { MainwardError, messageOf } from '../../core/error.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import type { ThreadCall, ThreadReply, ThreadStart } from './model-thread.ts'

const port = parentPort
if (port === null) throw new Error('this file is the inside of a thread')

const { bytes } = workerData as ThreadStart
const reply = (message: ThreadReply) => port.postMessage(message)

try {
  const model = await loadOnnxModel(bytes)
  const { inputs, outputs, otherOutputs, sharesRows } = model
  port.on('message', ({ id, tensors, names }: ThreadCall) => {
    model.run(tensors, names).then(
      (found) => reply({ type: 'ran', id, outputs: found }),
      (error: unknown) => reply({ type: 'failed', id, ...describe(error) }),
    )
  })
  reply({ type: 'loaded', declared: { inputs, outputs, otherOutputs, sharesRows } })
} catch (error) {
  reply({ type: 'unusable', ...describe(error) })
}

function describe(error: unknown): { readonly code: MainwardError['code']; readonly message: string } {
  return { code: error instanceof MainwardError ? error.code : 'model-unusable', message: messageOf(error) }
}
