/** The process that materialises: one job at a time, until its parent goes away. */
import { messageOf, MainwardError } from '../../core/error.ts'
import { openPool, type Pool } from '../../database/pool.ts'
import type { MaterialiseCall, MaterialiseJob, MaterialiseReply, MaterialiseSettings } from './materialise-messages.ts'
import { openCommitPlace, runJob, type CommitPlace } from './run-job.ts'

interface Worker {
  readonly settings: MaterialiseSettings
  readonly pool: Pool
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
    else void answer(state.worker, call.id, call.job).then(send)
  })
}

function configure(settings: MaterialiseSettings): Worker {
  const pool = openPool(settings.databaseUrl, { applicationName: 'mainward materialise', size: 2 })
  return { settings, pool, place: null }
}

async function answer(worker: Worker | null, id: number, job: MaterialiseJob): Promise<MaterialiseReply> {
  try {
    if (worker === null) throw new Error('the first call configures')
    const { settings, pool } = worker
    if (worker.place?.commit !== job.commit) worker.place = await openCommitPlace(settings, job.commit)
    return { id, type: 'outcomes', outcomes: await runJob(job, { pool, settings, place: worker.place }) }
  } catch (thrown) {
    const reason = thrown instanceof MainwardError ? thrown.code : 'internal-error'
    return { id, type: 'failed', reason, message: messageOf(thrown) }
  }
}

function send(reply: MaterialiseReply): void {
  if (process.connected) process.send?.(reply)
}
