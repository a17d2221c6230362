/** Whether the bytes of a segment are still those that were stored. */
import { digestBytes } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'

/** The bytes. Throws `artifact-mismatch`. */
export function checkSegment(view: string, sha256: string, bytes: Uint8Array): Uint8Array {
  const found = digestBytes(bytes)
  if (found === `sha256:${sha256}`) return bytes
  throw new MainwardError('artifact-mismatch', `a segment of the view ${view}: expected sha256:${sha256}, found ${found}`, {
    hint: 'the file was changed after it was written: restore it in the artifact store',
  })
}
