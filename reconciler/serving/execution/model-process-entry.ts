/** The inside of a model's own process: reads the model, runs what it is sent. Started by model-process.ts, and ends with it. */
import { Worker } from 'node:worker_threads'
import { MainwardError, messageOf } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import type { ProcessCall, ProcessReply } from './model-process.ts'

// Signals for the whole group are its parent's: what is under way there is still to be answered.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit(0))
// A run holds this thread, perhaps for ever: another one sees whether the parent is still there.
new Worker(builtFile('serving/execution/orphan-watch.js'), { workerData: { parent: process.ppid } }).unref()

try {
  const model = await loadOnnxModel(await readInput())
  const { inputs, outputs, otherOutputs, sharesRows } = model
  process.on('message', ({ id, tensors, names }: ProcessCall) => {
    model.run(tensors, names).then(
      (found) => reply({ type: 'ran', id, outputs: found }),
      (error: unknown) => reply({ type: 'failed', id, ...describe(error) }),
    )
  })
  reply({ type: 'loaded', declared: { inputs, outputs, otherOutputs, sharesRows } })
} catch (error) {
  reply({ type: 'unusable', ...describe(error) })
}

async function readInput(): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const part of process.stdin) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function reply(message: ProcessReply): void {
  process.send?.(message)
}

function describe(error: unknown): { readonly code: MainwardError['code']; readonly message: string } {
  return { code: error instanceof MainwardError ? error.code : 'model-unusable', message: messageOf(error) }
}
