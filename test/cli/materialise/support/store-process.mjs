// Stores the segments of all logs in a process of its own, which a test kills. Argument: the request as JSON.
import { openArtifactNotes } from '../../../../dist/artifacts/artifact-notes.js'
import { openArtifactStore } from '../../../../dist/artifacts/artifact-store.js'
import { storeSegments } from '../../../../dist/cli/materialise/store-segments.js'
import { openPool } from '../../../../dist/database/pool.js'

const { job, environment, workFolder, databaseUrl, limits } = JSON.parse(process.argv[2])
const pool = openPool(databaseUrl, { applicationName: 'store process' })
const [artifacts, notes] = [openArtifactStore(), openArtifactNotes()]
const outcomes = await storeSegments(
  { ...job, nowUs: BigInt(job.nowUs) },
  { pool, environment, workFolder, artifacts, notes, limits },
)
await pool.end()
const failed = outcomes.find(({ failure }) => failure !== null)
if (failed !== undefined) throw new Error(failed.failure.message)
