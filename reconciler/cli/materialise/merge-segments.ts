/**
 * Merges small segments of a log, and removes notes of those that were merged. As for rows of the log the order is what a kill cannot
 * break: the file is stored, then listed in place of the others in one transaction, then noted with what it replaces; from then on readers
 * see it alone. Notes of the others go later. Their files stay: another environment may have stored the same bytes.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactNotes } from '../../artifacts/artifact-notes.ts'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import type { Pool } from '../../database/pool.ts'
import type { ListedSegment, PushLog, StoredSegment } from '../../database/push-log-queries.ts'
import { listMerged, markUnnoted, readMergeable, readNotesToRemove } from '../../database/segment-merge-queries.ts'
import type { Engine } from '../../features/engine/engine.ts'
import { mergeSegmentFiles } from '../../features/pushed/write-segment.ts'
import { segmentTopic } from '../../features/pushed/segment-note.ts'
import { mergeGraceSeconds, pushLogLimits } from '../../reconcile/push-log-limits.ts'
import { fencedWrite } from '../../reconcile/stores/fenced-write.ts'
import { planMerges, smallLimits, startOfDay } from './plan-merges.ts'
import { fetchSegment, putSegment } from './segment-bytes.ts'

export interface MergePlace {
  readonly job: {
    readonly epoch: number
    /** Address of the artifact store. */
    readonly store: string
    /** The data clock, in microseconds since the epoch. */
    readonly nowUs: bigint
  }
  readonly effects: {
    readonly pool: Pool
    readonly environment: string
    readonly artifacts: ArtifactStore
    readonly notes: ArtifactNotes
    /** Of one segment. */
    readonly limits?: { readonly rows: number; readonly bytes: number }
    readonly graceSeconds?: number
  }
  readonly engine: Engine
  /** The engine reaches it. */
  readonly folder: string
}

/** Returns how many segments were merged. What was merged before a failure stays. Throws `artifact-missing`, `artifact-mismatch`, `conflict`. */
export async function mergeSegments(place: MergePlace, log: PushLog, note: () => Promise<void>): Promise<number> {
  const { pool, limits = pushLogLimits } = place.effects
  const { store, nowUs } = place.job
  const small = await readMergeable(pool, log.id, { store, beforeUs: startOfDay(nowUs), ...smallLimits(limits) })
  let merged = 0
  for (const group of planMerges(small, limits)) {
    await mergeGroup(place, log, group)
    await note()
    merged += group.length
  }
  return merged
}

/** None goes before those that it had replaced: they would count again. */
export async function removeOldNotes({ effects }: MergePlace, log: PushLog): Promise<void> {
  const { pool, environment, notes, graceSeconds = mergeGraceSeconds } = effects
  const topic = segmentTopic(environment, log.digest)
  for (const { id, store, sha256 } of await readNotesToRemove(pool, log.id, graceSeconds)) {
    await notes.remove(store, topic, `${sha256}.json`)
    await markUnnoted(pool, id)
  }
}

async function mergeGroup(
  { job, effects, engine, folder }: MergePlace,
  log: PushLog,
  group: readonly ListedSegment[],
): Promise<void> {
  const { pool, environment, artifacts } = effects
  const bytes = await mergeFiles({ job, effects, engine, folder }, log, group)
  const segment = { ...(await putSegment(artifacts, job.store, bytes)), ...describeGroup(group) }
  const ids = group.map(({ id }) => id)
  await fencedWrite({ pool, environment }, job.epoch, (transaction) => listMerged(transaction, log.id, segment, ids))
}

async function mergeFiles(
  { job, effects, engine, folder }: MergePlace,
  log: PushLog,
  group: readonly ListedSegment[],
): Promise<Uint8Array> {
  const [file, parts] = [join(folder, 'merged.parquet'), group.map(({ id }) => join(folder, `part-${id}.parquet`))]
  try {
    for (const [at, { sha256 }] of group.entries()) {
      await fetchSegment(effects.artifacts, { store: job.store, sha256 }, { view: log.view, file: parts[at] ?? '' })
    }
    const rows = await mergeSegmentFiles(engine, parts, file)
    const expected = group.reduce((sum, segment) => sum + segment.rows, 0)
    if (rows !== expected) throw new Error(`expected ${expected} rows of merged segments, found ${rows}`)
    return await readFile(file)
  } finally {
    for (const each of [file, ...parts]) await rm(each, { force: true })
  }
}

function describeGroup(group: readonly ListedSegment[]): Omit<StoredSegment, 'store' | 'sha256' | 'sizeBytes'> {
  const least = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a))
  const greatest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b > a ? b : a))
  return {
    rows: group.reduce((sum, { rows }) => sum + rows, 0),
    firstEventUs: least(group.map(({ firstEventUs }) => firstEventUs)),
    lastEventUs: greatest(group.map(({ lastEventUs }) => lastEventUs)),
    firstCreatedUs: least(group.map(({ firstCreatedUs }) => firstCreatedUs)),
    lastCreatedUs: greatest(group.map(({ lastCreatedUs }) => lastCreatedUs)),
  }
}
