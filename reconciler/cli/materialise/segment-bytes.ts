/** Bytes of segments on their way into the artifact store and out of it. */
import { writeFile } from 'node:fs/promises'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import { digestBytes } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { StoredSegment } from '../../database/push-log-queries.ts'

type SegmentPlace = Pick<StoredSegment, 'store' | 'sha256'>

/** Stores them; that they count is for the caller to list. */
export async function putSegment(
  artifacts: ArtifactStore,
  store: string,
  bytes: Uint8Array,
): Promise<SegmentPlace & Pick<StoredSegment, 'sizeBytes'>> {
  const sha256 = digestBytes(bytes).slice('sha256:'.length)
  await artifacts.put(store, sha256, bytes)
  return { store, sha256, sizeBytes: bytes.byteLength }
}

/** Copies them to a file. Throws `artifact-missing`, and `artifact-mismatch` when they are not those that were stored. */
export async function fetchSegment(
  artifacts: ArtifactStore,
  { store, sha256 }: SegmentPlace,
  { view, file }: { readonly view: string; readonly file: string },
): Promise<void> {
  const bytes = await artifacts.read(store, sha256)
  const found = digestBytes(bytes)
  if (found !== `sha256:${sha256}`) {
    throw new MainwardError('artifact-mismatch', `a segment of the view ${view}: expected sha256:${sha256}, found ${found}`, {
      hint: 'the file was changed after it was written: restore it in the artifact store',
    })
  }
  await writeFile(file, bytes, { mode: 0o600 })
}
