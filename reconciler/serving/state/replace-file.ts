/** Replaces a file as a whole and durably: a crash leaves the old content or the new one. Knows nothing of either. */
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../sync-folder.ts'

/** What a half-written file of a killed process is called, besides its process id. */
export const halfWrittenSuffix = '.tmp'

/** Makes the folder. Resolves when content and name are on disk; leaves nothing behind when it fails. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const half = `${path}.${process.pid}${halfWrittenSuffix}`
  try {
    const file = await open(half, 'w', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(half, path)
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
  await syncFolder(folder)
}
