/** Keeps lines that no store takes, in files that a person can read. Knows nothing of the store. */
import { join } from 'node:path'
import { replaceFile } from '../../state/replace-file.ts'
import type { RefusedLine } from './record-store.ts'
import { measureFolder } from './spool-folder.ts'

/** One file a segment, the same again when it is written again: each line with its reason. Nothing once the folder has `largestBytes`. */
export async function keepRejected(
  { folder, largestBytes }: { readonly folder: string; readonly largestBytes: number },
  segment: string,
  refused: readonly RefusedLine[],
): Promise<void> {
  if ((await measureFolder(folder)) >= largestBytes) return
  const text = refused.map(({ line, reason }) => `${JSON.stringify({ reason, line })}\n`).join('')
  await replaceFile(join(folder, segment), text)
}
