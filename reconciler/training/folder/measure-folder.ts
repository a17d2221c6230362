/** How much disk a folder takes, while others write in it. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nullWhenMissing } from './when-missing.ts'

/** Bytes that are allocated (stat(2) counts blocks of 512): a sparse file takes what was written. Links are not followed; what is removed meanwhile counts nothing. */
export async function measureFolder(folder: string, except: readonly string[] = []): Promise<number> {
  let bytes = 0
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const found = await readdir(next, { withFileTypes: true }).catch(nullWhenMissing)
    const entries = (found ?? []).map((entry) => ({ path: join(next, entry.name), isFolder: entry.isDirectory() }))
    const counted = entries.filter(({ path }) => !except.includes(path))
    waiting.push(...counted.filter(({ isFolder }) => isFolder).map(({ path }) => path))
    const sizes = await Promise.all(counted.map(({ path }) => lstat(path).catch(nullWhenMissing)))
    bytes += sizes.reduce((sum, size) => sum + (size?.blocks ?? 0) * 512, 0)
  }
  return bytes
}
