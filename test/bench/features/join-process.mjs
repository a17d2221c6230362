// One historical join in a process of its own: `mainward` (a training set, as the command writes it) or `bare` (one statement of DuckDB).
// Arguments: which, the folder of the data, an empty folder. Tells its parent the time, and the processor time of all that it started.
import { DuckDBInstance } from '@duckdb/node-api'
import { writeDataset } from '../../../dist/features/dataset/write-dataset.js'
import { ownCpuMs } from '../process-tree.mjs'
import { asOfUs, featureDefinitions, folderFiles, joinByHand } from './feature-data.mjs'

const [which, data, out] = process.argv.slice(2)
const none = { read: () => Promise.reject(new Error('not expected')) }

async function writeOurs() {
  const { definitions, training } = featureDefinitions()
  await writeDataset({
    training,
    definitions,
    ports: { files: folderFiles(data), queries: none, secrets: none },
    asOf: asOfUs,
    trainingInputs: `sha256:${'0'.repeat(64)}`,
    commit: null,
    folder: out,
    engine: { spillFolder: `${out}/../spill` },
  })
}

async function writeBare() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(`COPY (${joinByHand(data)}) TO '${out}/train.parquet' (FORMAT parquet, COMPRESSION zstd)`)
}

const startedAt = performance.now()
const cpuBefore = ownCpuMs()
await (which === 'bare' ? writeBare() : writeOurs())
process.send({ wallMs: performance.now() - startedAt, cpuMs: ownCpuMs() - cpuBefore }, () => process.exit())
