// What the runtime itself keeps: makes and frees sessions of one model, and prints how many bytes the process has grown by after
// a warm-up. Arguments: the model, how many sessions, how many of them are warm-up.
import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const [path, count, warmup] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const bytes = await readFile(path)
let before = 0
for (let made = 0; made < count; made += 1) {
  if (made === warmup) before = process.memoryUsage.rss()
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 })
  for (let run = 0; run < 200; run += 1) await session.run({ input: new Tensor('float32', new Float32Array(20), [1, 20]) })
  await session.release()
}
process.stdout.write(String(process.memoryUsage.rss() - before))
