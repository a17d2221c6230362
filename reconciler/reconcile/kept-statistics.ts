/** The newest statistics of each definition of a view, kept as notes beside the artifacts: whoever has the store can read them. */
import type { ArtifactNotes } from '../artifacts/artifact-notes.ts'
import type { Digest, Json } from '../core/digest.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import { readViewStatistics, writeViewStatistics, type ViewStatistics } from '../profiles/view-statistics.ts'

export interface StatisticsPlace {
  readonly notes: Pick<ArtifactNotes, 'replace' | 'list'>
  /** Address of the artifact store. */
  readonly store: string
  /** Whose pushed rows count. */
  readonly environment: string
}

const newest = 'newest.json'

/** In the place of earlier ones of the same definition. Throws as `ArtifactNotes.replace`. */
export async function keepStatistics({ notes, store, environment }: StatisticsPlace, statistics: ViewStatistics): Promise<void> {
  const text = `${JSON.stringify(writeViewStatistics(statistics))}\n`
  await notes.replace(store, topicOf(environment, statistics.digest), { name: newest, text })
}

/** Null: nobody has computed any yet. Throws `unavailable`, and `artifact-mismatch` for a note that is none of ours. */
export async function readKeptStatistics(
  { notes, store, environment }: StatisticsPlace,
  definition: Digest,
): Promise<ViewStatistics | null> {
  const topic = topicOf(environment, definition)
  const note = (await notes.list(store, topic)).find(({ name }) => name === newest)
  if (note === undefined) return null
  try {
    return readViewStatistics(JSON.parse(note.text) as Json)
  } catch (cause) {
    if (cause instanceof MainwardError && cause.code === 'unsupported') throw cause
    throw new MainwardError(
      'artifact-mismatch',
      `the statistics in ${topic}/${newest} of the artifact store: ${messageOf(cause)}`,
      {
        cause,
        hint: 'remove the file; the next computation writes it again',
      },
    )
  }
}

function topicOf(environment: string, definition: Digest): string {
  return `statistics/${environment}/${definition.slice('sha256:'.length)}`
}
