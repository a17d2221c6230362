/** How much disk a folder takes, while others write in it. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes that are allocated (stat(2) counts blocks of 512): a sparse file takes what was written. Links are not followed. */
export async function measureFolder(folder: string, except: readonly string[] = []): Promise<number> {
  let bytes = 0
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const found = await readOrNull(() => readdir(next, { withFileTypes: true }))
    const entries = (found ?? []).map((entry) => ({ path: join(next, entry.name), isFolder: entry.isDirectory() }))
    const counted = entries.filter(({ path }) => !except.includes(path))
    waiting.push(...counted.filter(({ isFolder }) => isFolder).map(({ path }) => path))
    const sizes = await Promise.all(counted.map(({ path }) => readOrNull(() => lstat(path))))
    bytes += sizes.reduce((sum, size) => sum + (size?.blocks ?? 0) * 512, 0)
  }
  return bytes
}

/** What was removed meanwhile, or is closed to us, counts nothing. */
async function readOrNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return null
    throw thrown
  }
}
