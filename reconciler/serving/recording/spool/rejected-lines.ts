/** Keeps lines that no store takes, in files that a person can read. Bounded: beyond it lines are only counted. */
import { join } from 'node:path'
import { replaceFile } from '../../state/replace-file.ts'
import type { RefusedLine } from './record-store.ts'
import { measureFolder } from './spool-folder.ts'

const largestBytes = 100 * 1024 * 1024

/** One file a segment, the same again when it is written again: each line with the reason before it. */
export async function keepRejected(folder: string, segment: string, refused: readonly RefusedLine[]): Promise<void> {
  if ((await measureFolder(folder)) > largestBytes) return
  const text = refused.map(({ line, reason }) => `${JSON.stringify({ reason, line })}\n`).join('')
  await replaceFile(join(folder, segment), text)
}
