/** How lines of the log name an online view: as the labels of its metrics do. */
import { type Digest, shortDigest } from '../../core/digest.ts'

/** `definition`: the first twelve digits of the digest. A view has several while served versions embed older ones. */
export function nameView(view: string, digest: Digest): { readonly view: string; readonly definition: string } {
  return { view, definition: shortDigest(digest) }
}
