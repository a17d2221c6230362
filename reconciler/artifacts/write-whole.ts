/** Writes a file that others see whole or not at all, also when several write the same and when one of them is killed. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A half-written file that is this much older than a new one belongs to a writer that is gone. */
const abandonedAfterMs = 3_600_000

const halfSuffix = '.half'

/** Resolves when content and name are on disk. Makes the folder; leaves nothing behind when it fails. */
export async function writeWhole(folder: string, name: string, content: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true })
  const half = join(folder, `.${name}.${randomUUID()}${halfSuffix}`)
  try {
    const writtenAtMs = await writeSynced(half, content)
    await rename(half, join(folder, name))
    await syncFolder(folder)
    await removeAbandoned(folder, writtenAtMs)
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
}

/** The time as the file system counts it, which may not be this machine's. */
async function writeSynced(path: string, content: Uint8Array): Promise<number> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(content)
    await file.sync()
    return (await file.stat()).mtimeMs
  } finally {
    await file.close()
  }
}

/** Without it a crash of the machine could forget the name. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function removeAbandoned(folder: string, nowMs: number): Promise<void> {
  const halves = (await readdir(folder)).filter((name) => name.startsWith('.') && name.endsWith(halfSuffix))
  for (const name of halves) await removeIfAbandoned(join(folder, name), nowMs)
}

/** One that its writer has finished meanwhile, or that belongs to another user, is not this writer's to remove. */
async function removeIfAbandoned(path: string, nowMs: number): Promise<void> {
  try {
    const { mtimeMs } = await stat(path)
    if (nowMs - mtimeMs > abandonedAfterMs) await rm(path, { force: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'EPERM' && code !== 'EACCES') throw error
  }
}
