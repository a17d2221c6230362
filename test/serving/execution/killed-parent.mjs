// A program with a model in its own process, in the midst of a run that does not end. Arguments: the built module, the model.
import { readFile } from 'node:fs/promises'

const { loadInProcess } = await import(process.argv[2])
const readBytes = () => readFile(process.argv[3])
const model = await loadInProcess({ readBytes, loadTimeoutMs: 20_000, runTimeoutMs: 600_000 })
const x = { datatype: 'FP32', shape: [1, 64], data: new Float32Array(64) }
void model.run({ x, trips: { datatype: 'INT64', shape: [1, 1], data: BigInt64Array.of(10n ** 12n) } })
setTimeout(() => process.send('running'), 200)
