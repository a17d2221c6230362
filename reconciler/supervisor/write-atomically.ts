/** Replaces a file as a whole: a reader sees the old content or the new one, never a part. */
import { renameSync, writeFileSync } from 'node:fs'

export function writeAtomically(file: string, content: string, mode = 0o600): void {
  const half = `${file}.${process.pid}.new`
  writeFileSync(half, content, { mode })
  renameSync(half, file)
}
