/** Removes what a program left, also folders that it closed to everybody. */
import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nullWhenMissing } from './when-missing.ts'

/** Does nothing when it is not there. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTEMPTY') throw thrown
    await openFolders(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

/** A folder has to be opened before anybody can see what is in it. Links are not followed. */
async function openFolders(folder: string): Promise<void> {
  if ((await chmod(folder, 0o700).then(() => true, nullWhenMissing)) === null) return
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name))
  }
}
