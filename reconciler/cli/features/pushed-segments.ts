/** Segments of pushed rows for commands that have the artifact store and no database: found by their notes, checked, and laid down as files. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArtifactNotes } from '../../artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../artifacts/artifact-store.ts'
import { digestBytes, type Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { PushedSegments } from '../../features/ports.ts'
import { countingSegments, parseSegmentNote, segmentTopic } from '../../features/pushed/segment-note.ts'

export interface SegmentPlace {
  /** Address of the artifact store. */
  readonly store: string
  /** The one whose clients pushed. */
  readonly environment: string
  /** Of the definitions of views, by name. Of others nothing was pushed: a version names those that it takes, not those that they read. */
  readonly digests: ReadonlyMap<string, Digest>
  /** Gets the files (made when missing); whoever gave it removes it. */
  readonly folder: string
}

/** `list` throws `artifact-missing` and `artifact-mismatch` for a noted segment that is not there whole. */
export function createPushedSegments({ store, environment, digests, folder }: SegmentPlace): PushedSegments {
  const [artifacts, notes] = [openArtifactStore(), openArtifactNotes()]
  return {
    list: async (view, untilUs) => {
      const digest = digests.get(view)
      if (digest === undefined) return []
      const noted = (await notes.list(store, segmentTopic(environment, digest))).map(parseSegmentNote)
      const wanted = countingSegments(noted).filter(({ firstCreatedUs }) => untilUs === null || firstCreatedUs <= untilUs)
      if (wanted.length > 0) await mkdir(folder, { recursive: true })
      const files: string[] = []
      for (const { sha256 } of wanted) {
        const file = join(folder, `${sha256}.parquet`)
        await writeFile(file, checkDigest(view, sha256, await artifacts.read(store, sha256)), { mode: 0o600 })
        files.push(file)
      }
      return files
    },
  }
}

function checkDigest(view: string, sha256: string, bytes: Uint8Array): Uint8Array {
  const found = digestBytes(bytes)
  if (found === `sha256:${sha256}`) return bytes
  throw new MainwardError('artifact-mismatch', `a segment of the view ${view}: expected sha256:${sha256}, found ${found}`, {
    hint: 'the file was changed after it was written: restore it in the artifact store',
  })
}
