/** Tells the artifact store of every listed segment of a log that it may not know. */
import type { ArtifactNotes } from '../../artifacts/artifact-notes.ts'
import type { Pool } from '../../database/pool.ts'
import { markNoted, readSegmentsToNote, type PushLog } from '../../database/push-log-queries.ts'
import { readReplaced } from '../../database/segment-merge-queries.ts'
import { formatSegmentNote, segmentTopic } from '../../features/pushed/segment-note.ts'

export async function noteSegments(
  { pool, environment, notes }: { readonly pool: Pool; readonly environment: string; readonly notes: ArtifactNotes },
  { id: logId, view, digest: definition }: PushLog,
): Promise<void> {
  for (const { id, store, ...segment } of await readSegmentsToNote(pool, logId)) {
    const replaces = await readReplaced(pool, id)
    const note = formatSegmentNote({ environment, view, definition, ...segment, replaces })
    await notes.add(store, segmentTopic(environment, definition), note)
    await markNoted(pool, id)
  }
}
