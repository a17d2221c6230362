/** What one sort of artifact store can do. The digest was checked for its form, and bytes for their digest, before. */
import type { Digest } from '../core/digest.ts'

export interface ArtifactPlace {
  /** The digest of what lies under this name; null when nothing does. Throws `unavailable`. */
  digest(sha256: string): Promise<Digest | null>
  /** Throws `artifact-missing`, `unavailable`. */
  read(sha256: string): Promise<Uint8Array>
  /** All or nothing, and durable. Throws `environment`. */
  write(sha256: string, bytes: Uint8Array): Promise<void>
  /** All or nothing, and durable; replaces a note of this name. Names are parts of a path. Throws `environment`. */
  writeNote(topic: readonly string[], name: string, bytes: Uint8Array): Promise<void>
  /** Idempotent. Throws `environment`. */
  removeNote(topic: readonly string[], name: string): Promise<void>
  /** By name; one that is removed meanwhile may be there or not. None when there is no such topic. Throws `unavailable`. */
  readNotes(topic: readonly string[]): Promise<readonly { readonly name: string; readonly text: string }[]>
}
