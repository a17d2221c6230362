/**
 * Moves rows from the log of pushes into segments of the artifact store. The order is what a kill cannot break: the file is stored, then
 * listed while its rows leave the log, in one transaction, then noted beside the artifacts. A file that was stored and not listed counts
 * nowhere; a segment that was listed and not noted is noted by the next job.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactNotes } from '../../artifacts/artifact-notes.ts'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import type { Pool } from '../../database/pool.ts'
import { listSegment, readLastId, readPushBatch, readPushLogs, type LoggedRow, type PushLog, type StoredSegment } from '../../database/push-log-queries.ts' // prettier-ignore
import type { Engine } from '../../features/engine/engine.ts'
import type { EngineKeeper } from '../../features/engine/engine-keeper.ts'
import { writeSegment } from '../../features/pushed/write-segment.ts'
import { pushLogLimits } from '../../reconcile/push-log-limits.ts'
import { fencedWrite } from '../../reconcile/stores/fenced-write.ts'
import { describeFailure, type Failure } from './describe-failure.ts'
import { mergeSegments, removeOldNotes } from './merge-segments.ts'
import { noteSegments } from './note-segments.ts'
import { putSegment } from './segment-bytes.ts'
import { withJobEngine } from './with-job-engine.ts'

export interface SegmentJob {
  readonly epoch: number
  /** Address of the artifact store. */
  readonly store: string
  /** The data clock, in microseconds since the epoch: segments of days before its own are merged. */
  readonly nowUs: bigint
  /** Ids of the logs that are due. */
  readonly logs: readonly number[]
}

export interface SegmentOutcome {
  readonly logId: number
  readonly segments: number
  /** Smaller ones that are part of a larger now. */
  readonly merged: number
  readonly rows: number
  /** Null: it succeeded. What was written before stays. */
  readonly failure: Failure | null
}

export interface SegmentEffects {
  readonly pool: Pool
  readonly environment: string
  /** A folder of this process's own. */
  readonly workFolder: string
  readonly artifacts: ArtifactStore
  readonly notes: ArtifactNotes
  /** Of one segment. */
  readonly limits?: { readonly rows: number; readonly bytes: number }
  /** Notes of merged segments are kept so long. Default an hour. */
  readonly graceSeconds?: number
  readonly keeper?: EngineKeeper
}

/** One outcome for each log that is there. Throws what the database throws before the first log, and what the engine throws at its start. */
export async function storeSegments(job: SegmentJob, effects: SegmentEffects): Promise<readonly SegmentOutcome[]> {
  const { pool, environment } = effects
  const logs = (await readPushLogs(pool, environment, 1)).filter(({ id }) => job.logs.includes(id))
  return withJobEngine(effects, 'segments', async (engine, folder) => {
    const writer = new SegmentWriter(job, effects, engine, folder)
    const outcomes: SegmentOutcome[] = []
    for (const log of logs) outcomes.push(await writer.empty(log))
    return outcomes
  })
}

class SegmentWriter {
  readonly #job: SegmentJob
  readonly #effects: SegmentEffects
  readonly #engine: Engine
  readonly #folder: string

  constructor(job: SegmentJob, effects: SegmentEffects, engine: Engine, folder: string) {
    this.#job = job
    this.#effects = effects
    this.#engine = engine
    this.#folder = folder
  }

  /** All rows that the log has now; what comes meanwhile waits for the next job. Then what is small and of a day that is over. */
  async empty(log: PushLog): Promise<SegmentOutcome> {
    const { pool, limits = pushLogLimits } = this.#effects
    const written = { segments: 0, rows: 0, merged: 0 }
    try {
      await noteSegments(this.#effects, log)
      let last: bigint | null = null
      for (;;) {
        const batch = await readPushBatch(pool, log.id, limits)
        const end: bigint | undefined = batch.at(-1)?.id
        if (end === undefined) break
        last ??= await readLastId(pool, log.id)
        await this.#move(log, batch)
        written.segments += 1
        written.rows += batch.length
        if (end >= last) break
      }
      const place = { job: this.#job, effects: this.#effects, engine: this.#engine, folder: this.#folder }
      written.merged = await mergeSegments(place, log, () => noteSegments(this.#effects, log))
      await removeOldNotes(place, log)
      return { logId: log.id, ...written, failure: null }
    } catch (thrown) {
      return { logId: log.id, ...written, failure: describeFailure(thrown) }
    }
  }

  async #move(log: PushLog, batch: readonly LoggedRow[]): Promise<void> {
    const { pool, environment, artifacts } = this.#effects
    const { store, epoch } = this.#job
    const bytes = await this.#write(log, batch)
    const segment: StoredSegment = { ...(await putSegment(artifacts, store, bytes)), ...describeRows(batch) }
    const ids = batch.map(({ id }) => id)
    await fencedWrite({ pool, environment }, epoch, (transaction) => listSegment(transaction, log.id, segment, ids))
    await noteSegments(this.#effects, log)
  }

  async #write(log: PushLog, batch: readonly LoggedRow[]): Promise<Uint8Array> {
    const file = join(this.#folder, 'segment.parquet')
    await writeSegment(this.#engine, log, batch, file)
    try {
      return await readFile(file)
    } finally {
      await rm(file)
    }
  }
}

function describeRows(rows: readonly LoggedRow[]) {
  const [events, created] = [rows.map(({ eventUs }) => eventUs), rows.map(({ createdUs }) => createdUs)]
  return {
    rows: rows.length,
    firstEventUs: least(events),
    lastEventUs: greatest(events),
    firstCreatedUs: least(created),
    lastCreatedUs: greatest(created),
  }
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b < a ? b : a))
}

function greatest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b > a ? b : a))
}
