/** Folders that engines spill to: one for each engine, named after the process that holds it; what killed processes left is removed. */
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../../processes/is-alive.ts'

const name = /^engine-(\d+)-/

/** Makes a new folder below `parent` (made when missing), and removes those whose holder is gone. */
export async function createSpillFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true })
  await sweep(parent)
  return realpath(await mkdtemp(join(parent, `engine-${process.pid}-`)))
}

/** Idempotent. */
export async function removeSpillFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function sweep(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = name.exec(entry)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await removeSpillFolder(join(parent, entry))
  }
}
