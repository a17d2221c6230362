// One historical join in a process of its own: `mainward` (a training set, as the command writes it) or `bare` (one statement of DuckDB).
// Arguments: which, the folder of the data, an empty folder. Tells its parent the time, and the processor time of all that it started.
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { writeDataset } from '../../../dist/features/dataset/write-dataset.js'
import { asOfUs, featureDefinitions, folderFiles, joinByHand } from './feature-data.mjs'

const [which, data, out] = process.argv.slice(2)
const none = { read: () => Promise.reject(new Error('not expected')) }

async function writeOurs() {
  const { definitions, training } = featureDefinitions()
  let last = null
  const tell = (step) => {
    if (process.env.BENCH_STEPS !== undefined && last !== null) process.stderr.write(`${last.step}: ${(performance.now() - last.at).toFixed(0)} ms\n`) // prettier-ignore
    last = { step, at: performance.now() }
  }
  await writeDataset({
    training,
    definitions,
    ports: { files: folderFiles(data), queries: none, secrets: none },
    asOf: asOfUs,
    trainingInputs: `sha256:${'0'.repeat(64)}`,
    commit: null,
    folder: out,
    engine: { spillFolder: `${out}/../spill` },
    onStep: tell,
  })
  tell('end')
}

async function writeBare() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(`COPY (${joinByHand(data)}) TO '${out}/train.parquet' (FORMAT parquet, COMPRESSION zstd)`)
}

/** Of this process, and of those that it started and that have ended, in seconds. */
function cpuSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}

const startedAt = performance.now()
const cpuBefore = cpuSeconds()
await (which === 'bare' ? writeBare() : writeOurs())
process.send({ wallMs: performance.now() - startedAt, cpuMs: (cpuSeconds() - cpuBefore) * 1000 }, () => process.exit())
