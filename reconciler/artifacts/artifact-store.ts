/** The artifact store by its address: `folder:/absolute/path`. Checks every digest; knows neither commits nor releases. */
import { digestBytes } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import { openPlace } from './open-place.ts'
import type { ArtifactPlace } from './place.ts'

export interface ArtifactStore {
  /** True when the artifact is there whole: its bytes are read and their digest compared, so a file that was cut is absent. */
  has(store: string, sha256: string): Promise<boolean>
  /**
   * Stores bytes under their digest; resolves when they are durable. Does nothing when they are there, replaces a file that
   * does not have this digest. Several writers may store the same. Throws `artifact-mismatch` for bytes of another digest,
   * `environment` when the place is full or can not be written.
   */
  put(store: string, sha256: string, bytes: Uint8Array): Promise<void>
  /** The bytes as they lie there: the caller compares the digest. Throws `artifact-missing`, `unavailable`. */
  read(store: string, sha256: string): Promise<Uint8Array>
}

/** The store keeps nothing in memory: one serves any number of addresses. */
export function openArtifactStore(): ArtifactStore {
  return {
    has: async (store, sha256) => hasWhole(openPlace(store), checkSha256(sha256)),
    put: async (store, sha256, bytes) => {
      const place = openPlace(store)
      refuseOtherBytes(checkSha256(sha256), bytes)
      if (!(await hasWhole(place, sha256))) await place.write(sha256, bytes)
    },
    read: async (store, sha256) => openPlace(store).read(checkSha256(sha256)),
  }
}

async function hasWhole(place: ArtifactPlace, sha256: string): Promise<boolean> {
  return (await place.digest(sha256)) === `sha256:${sha256}`
}

function refuseOtherBytes(sha256: string, bytes: Uint8Array): void {
  const found = digestBytes(bytes)
  if (found === `sha256:${sha256}`) return
  throw new MainwardError(
    'artifact-mismatch',
    `expected the artifact sha256:${sha256}, found ${found} (${bytes.byteLength} bytes)`,
    { hint: 'the model file was changed after its version was written: restore it, or import it as a new version' },
  )
}

/** A digest becomes part of a path: nothing else may. */
function checkSha256(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256
  throw new MainwardError('invalid-input', `expected 64 lower-case hex digits, found ${JSON.stringify(sha256.slice(0, 80))}`)
}
