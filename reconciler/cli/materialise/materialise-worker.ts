/** The process that materialises: one job at a time, until its parent goes away. */
import { openArtifactNotes } from '../../artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../artifacts/artifact-store.ts'
import { messageOf, MainwardError } from '../../core/error.ts'
import { openPool, type Pool } from '../../database/pool.ts'
import type {
  DescribeJob,
  MaterialiseCall,
  MaterialiseJob,
  MaterialiseReply,
  MaterialiseSettings,
  BackfillJob,
  BackfillOutcome,
} from './materialise-messages.ts'
import { carryPushes } from './carry-pushes.ts'
import { describeFailure, type Failure } from './describe-failure.ts'
import { describeView } from './describe-view.ts'
import { createEngineKeeper, type EngineKeeper } from '../../features/engine/engine-keeper.ts'
import { openCommitPlace, runJob, type CommitPlace } from './run-job.ts'
import { backfillPushed } from './backfill-pushed.ts'
import { storeSegments } from './store-segments.ts'

interface Worker {
  readonly settings: MaterialiseSettings
  readonly pool: Pool
  /** The process of the last engine, for the next job. */
  readonly keeper: EngineKeeper
  place: CommitPlace | null
}

main()

function main(): void {
  const state: { worker: Worker | null } = { worker: null }
  process.on('disconnect', () => process.exit(0))
  // The parent may have died while this process was starting: then nobody says so any more.
  if (!process.connected) process.exit(0)
  process.on('message', (call: MaterialiseCall) => {
    if (call.type === 'configure') state.worker = configure(call.settings)
    else if (call.type === 'warm') state.worker?.keeper.warm()
    else void answer(state.worker, call).then(send)
  })
}

function configure(settings: MaterialiseSettings): Worker {
  const pool = openPool(settings.databaseUrl, { applicationName: 'mainward materialise', size: 2 })
  return { settings, pool, keeper: createEngineKeeper(), place: null }
}

async function answer(
  worker: Worker | null,
  call: Exclude<MaterialiseCall, { readonly type: 'configure' | 'warm' }>,
): Promise<MaterialiseReply> {
  const { id } = call
  try {
    if (worker === null) throw new Error('the first call configures')
    if (call.type === 'run') return { id, type: 'outcomes', outcomes: await fill(worker, call.job) }
    if (call.type === 'describe') return { id, type: 'described', failure: await describe(worker, call.job) }
    if (call.type === 'carry') return { id, type: 'carried', outcome: await carryPushes(call.job, pushEffects(worker)) }
    if (call.type === 'backfill') return { id, type: 'backfilled', outcome: await backfill(worker, call.job) }
    return { id, type: 'stored', outcomes: await storeSegments(call.job, pushEffects(worker)) }
  } catch (thrown) {
    const reason = thrown instanceof MainwardError ? thrown.code : 'internal-error'
    return { id, type: 'failed', reason, message: messageOf(thrown) }
  }
}

async function fill(worker: Worker, job: MaterialiseJob) {
  const { settings, pool, keeper } = worker
  return runJob(job, { pool, settings, keeper, place: await placeOf(worker, job.commit) })
}

async function backfill(worker: Worker, job: BackfillJob): Promise<BackfillOutcome> {
  const { settings, pool, keeper } = worker
  return backfillPushed(job, { pool, settings, keeper, place: await placeOf(worker, job.commit) })
}

async function describe(worker: Worker, job: DescribeJob): Promise<Failure | null> {
  try {
    const { settings, keeper } = worker
    await describeView(job, { settings, keeper, place: await placeOf(worker, job.commit) })
    return null
  } catch (thrown) {
    return describeFailure(thrown)
  }
}

async function placeOf(worker: Worker, commit: string): Promise<CommitPlace> {
  if (worker.place?.commit !== commit) worker.place = await openCommitPlace(worker.settings, commit)
  return worker.place
}

function pushEffects({ settings: { environment, workFolder }, pool, keeper }: Worker) {
  return { pool, environment, workFolder, keeper, artifacts: openArtifactStore(), notes: openArtifactNotes() }
}

function send(reply: MaterialiseReply): void {
  if (process.connected) process.send?.(reply)
}
