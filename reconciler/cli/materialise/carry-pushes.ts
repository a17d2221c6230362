/**
 * A new definition of a pushed view begins with what was pushed under others of its name: their rows, as far as their columns fit, become
 * segments of its own, with the times at which they were pushed; so training has them, and online the newest of each key. A kill breaks
 * nothing: a row that it has is not taken over again.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactNotes } from '../../artifacts/artifact-notes.ts'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import type { Digest } from '../../core/digest.ts'
import { encodeEntityKey, encodeFeatureValue } from '../../core/feature-value.ts'
import type { OnlineView } from '../../core/online-view.ts'
import { readCountingSegments, readPushesAfter, setCarried, writeCarriedRows } from '../../database/carry-queries.ts'
import { ensureView } from '../../database/online-view-queries.ts'
import type { Connection, Pool } from '../../database/pool.ts'
import { ensurePushLog, insertSegment, readPushLogs, type PushLog } from '../../database/push-log-queries.ts'
import type { PushedRow } from '../../database/push-queries.ts'
import type { Engine, EngineRow } from '../../features/engine/engine.ts'
import type { EngineKeeper } from '../../features/engine/engine-keeper.ts'
import { buildCarryFrom, buildCarrySegment, buildCarrySpan, buildCarryTable, buildFresh, buildNewest, buildPart, carryRelations } from '../../features/pushed/carried-rows.ts' // prettier-ignore
import { planCarry, type CarryPlan } from '../../features/pushed/plan-carry.ts'
import { ownColumns } from '../../features/pushed/segment-columns.ts'
import { loadPushes } from '../../features/pushed/write-segment.ts'
import { pushLogLimits } from '../../reconcile/push-log-limits.ts'
import { fencedWrite } from '../../reconcile/stores/fenced-write.ts'
import { describeFailure, type Failure } from './describe-failure.ts'
import { noteSegments } from './note-segments.ts'
import { fetchSegment, putSegment } from './segment-bytes.ts'
import { withJobEngine } from './with-job-engine.ts'

export interface CarryJob {
  readonly epoch: number
  /** Address of the artifact store: it gets the segments. */
  readonly store: string
  readonly view: OnlineView
  /** True: everybody pushes under the definition now, so nothing more comes under the others. */
  readonly isLast: boolean
}

export interface CarryOutcome {
  readonly digest: Digest
  /** How many rows were taken over. */
  readonly rows: number
  /** What of them did not fit, a sentence each. */
  readonly without: readonly string[]
  /** Null: it succeeded. */
  readonly failure: Failure | null
}

export interface CarryEffects {
  readonly pool: Pool
  readonly environment: string
  /** A folder of this process's own. */
  readonly workFolder: string
  readonly artifacts: ArtifactStore
  readonly notes: ArtifactNotes
  /** Of one segment. */
  readonly limits?: { readonly rows: number; readonly bytes: number }
  readonly keeper?: EngineKeeper
}

/** Rows that are written online in one transaction, and rows of a log that are read at a time. */
const pageRows = 2_000

/** A failure is an outcome; what was written before stays, and is not written again. */
export async function carryPushes(job: CarryJob, effects: CarryEffects): Promise<CarryOutcome> {
  const { digest } = job.view
  try {
    return {
      digest,
      ...(await withJobEngine(effects, 'carried', (engine, folder) => new Carrier(job, effects, engine, folder).run())),
      failure: null,
    }
  } catch (thrown) {
    return { digest, rows: 0, without: [], failure: describeFailure(thrown) }
  }
}

interface Origin {
  readonly log: PushLog
  readonly rank: number
  readonly columns: readonly string[]
}

class Carrier {
  readonly #job: CarryJob
  readonly #effects: CarryEffects
  readonly #engine: Engine
  readonly #folder: string

  constructor(job: CarryJob, effects: CarryEffects, engine: Engine, folder: string) {
    this.#job = job
    this.#effects = effects
    this.#engine = engine
    this.#folder = folder
  }

  async run(): Promise<Pick<CarryOutcome, 'rows' | 'without'>> {
    const { view, isLast } = this.#job
    const { pool, environment } = this.#effects
    const logs = (await readPushLogs(pool, environment, 1)).filter((log) => log.view === view.name)
    const { origins, without } = chooseOrigins(view, logs)
    await this.#engine.query(buildCarryTable(view))
    for (const origin of origins) await this.#read(origin)
    await this.#engine.query(buildFresh(view))
    await this.#engine.query(buildNewest(view))
    const rows = await this.#count(carryRelations.fresh)
    const viewId = (await this.#write((transaction) => ensureView(transaction, environment, view))).id
    if (rows > 0) await this.#writeSegments(rows)
    await this.#writeNewest(viewId)
    await this.#write((transaction) => setCarried(transaction, viewId, { stage: isLast ? 2 : 1, without }))
    return { rows, without }
  }

  /** All rows of a log: those in segments, then those that are in none yet. Only the leader moves them. */
  async #read({ log, rank, columns }: Origin): Promise<void> {
    const { pool, artifacts } = this.#effects
    const files: string[] = []
    for (const { id, store, sha256 } of await readCountingSegments(pool, log.id)) {
      const file = join(this.#folder, `part-${id}.parquet`)
      await fetchSegment(artifacts, { store, sha256 }, { view: log.view, file })
      files.push(file)
    }
    if (files.length > 0) await this.#engine.query(buildCarryFrom(rank, columns, files))
    for (const file of files) await rm(file)
    for (let after = 0n; ;) {
      const rows = await readPushesAfter(pool, log.id, after, pageRows)
      const last = rows.at(-1)
      if (last === undefined) return
      await loadPushes(this.#engine, 'logged', log, rows)
      await this.#engine.query(`${buildCarryFrom(rank, columns, 'logged')}; drop table logged`)
      after = last.id
    }
  }

  async #writeSegments(rows: number): Promise<void> {
    const { environment, limits = pushLogLimits } = this.#effects
    const { view } = this.#job
    await this.#write((transaction) => ensurePushLog(transaction, environment, view))
    const log = (await readPushLogs(this.#effects.pool, environment, 1)).find(({ digest }) => digest === view.digest)
    if (log === undefined) throw new Error(`the log of ${view.digest} was made`)
    for (let from = 0; from < rows; from += limits.rows) await this.#writeSegment(log, from, Math.min(rows, from + limits.rows))
    await noteSegments(this.#effects, log)
  }

  /** One that is larger than it may be is written as two. */
  async #writeSegment(log: PushLog, from: number, until: number): Promise<void> {
    const { artifacts, limits = pushLogLimits } = this.#effects
    const file = join(this.#folder, 'segment.parquet')
    await this.#engine.query(buildCarrySegment(from, until, file))
    const bytes = await readFile(file)
    await rm(file)
    if (bytes.byteLength > limits.bytes && until - from > 1) {
      const middle = (from + until) >> 1
      await this.#writeSegment(log, from, middle)
      return this.#writeSegment(log, middle, until)
    }
    const [span] = await this.#engine.query(buildCarrySpan(from, until))
    const segment = { ...(await putSegment(artifacts, this.#job.store, bytes)), rows: until - from, ...readSpan(span) }
    await this.#write((transaction) => insertSegment(transaction, log.id, segment))
  }

  async #writeNewest(viewId: number): Promise<void> {
    const rows = await this.#count(carryRelations.newest)
    for (let from = 0; from < rows; from += pageRows) {
      const page = await this.#engine.query(buildPart(carryRelations.newest, from, from + pageRows))
      const written = page.map((row) => toPushed(this.#job.view, row))
      await this.#write((transaction) => writeCarriedRows(transaction, viewId, written))
    }
  }

  async #count(relation: string): Promise<number> {
    const [row] = await this.#engine.query(`select count(*) as n from ${relation}`)
    return Number(row?.['n'])
  }

  #write<T>(work: (transaction: Connection) => Promise<T>): Promise<T> {
    const { pool, environment } = this.#effects
    return fencedWrite({ pool, environment }, this.#job.epoch, work)
  }
}

/** The definition's own log first; then those that have most of it, of equal ones the first: the others have copies of its rows. */
function chooseOrigins(
  view: OnlineView,
  logs: readonly PushLog[],
): { readonly origins: readonly Origin[]; readonly without: readonly string[] } {
  const planned = logs
    .map((log) => ({ log, isOwn: log.digest === view.digest, plan: planCarry(log, view) }))
    .sort((a, b) => Number(b.isOwn) - Number(a.isOwn) || b.plan.fitting - a.plan.fitting || a.log.id - b.log.id)
  const hasOwn = planned[0]?.isOwn === true
  const origins = planned.flatMap(({ log, plan: { columns } }, at) =>
    columns === null ? [] : [{ log, rank: hasOwn ? at : at + 1, columns }],
  )
  return { origins, without: [...new Set(planned.flatMap(({ plan }: { readonly plan: CarryPlan }) => plan.without))] }
}

function readSpan(row: EngineRow | undefined) {
  const time = (name: string): bigint => row?.[name] as bigint
  return {
    firstEventUs: time('first_event'),
    lastEventUs: time('last_event'),
    firstCreatedUs: time('first_created'),
    lastCreatedUs: time('last_created'),
  }
}

function toPushed({ keys, features }: OnlineView, row: EngineRow): PushedRow {
  const valueOf = ({ name }: { readonly name: string }) => row[name] ?? null
  return {
    key: encodeEntityKey(keys.map(valueOf)),
    eventUs: row[ownColumns.event] as bigint,
    createdUs: row[ownColumns.created] as bigint,
    values: JSON.stringify(features.map((feature) => encodeFeatureValue(valueOf(feature)))),
  }
}
