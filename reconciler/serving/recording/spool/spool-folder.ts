/** What lies in a folder of spool segments: the whole ones in order, those of dead workers, their size. Reads no line. */
import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { closedSuffix, isClosedSegment, openSuffix, workerOf } from './segment-name.ts'

/** Names of the whole segments, the oldest first. A folder that is not there has none. */
export async function listSegments(folder: string): Promise<readonly string[]> {
  return (await list(folder)).filter(isClosedSegment).sort()
}

/** Closes segments whose worker is gone: nobody writes to them any more. */
export async function adoptSegments(folder: string, isLive: (worker: string) => boolean): Promise<void> {
  for (const file of await list(folder)) {
    const worker = workerOf(file)
    if (worker === null || isLive(worker)) continue
    const stem = file.slice(0, -openSuffix.length)
    await rename(join(folder, file), join(folder, stem + closedSuffix)).catch(ignoreMissing)
  }
}

export async function measureFolder(folder: string): Promise<number> {
  let bytes = 0
  for (const file of await list(folder)) bytes += await measureFile(join(folder, file))
  return bytes
}

/** 0 for a file that is gone. */
export async function measureFile(path: string): Promise<number> {
  const found = await stat(path).catch(ignoreMissing)
  return found === undefined ? 0 : found.size
}

async function list(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? []
}

/** Another process may have renamed or taken it: then there is nothing to do. */
export function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
