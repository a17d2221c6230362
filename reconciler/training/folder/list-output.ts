/** What a program left in its output folder, with digests. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunArtifact } from '../../core/training-run.ts'
import { nullWhenMissing } from './when-missing.ts'

export interface OutputListing {
  /** By path. */
  readonly artifacts: readonly RunArtifact[]
  /** Links, sockets and other things that are no files, and files that may not be read. */
  readonly others: readonly string[]
  /** Files that are there and are not listed, since there are too many. */
  readonly unlisted: number
}

/** Nobody reads a longer list. */
const artifactLimit = 1_000

export async function listOutput(folder: string): Promise<OutputListing> {
  // A program may have removed its output folder, or put a link in its place.
  const isFolder = (await lstat(folder).catch(nullWhenMissing))?.isDirectory() ?? false
  const options = { recursive: true, withFileTypes: true } as const
  const found = isFolder ? ((await readdir(folder, options).catch(nullWhenMissing)) ?? []) : []
  const entries = found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ path: join(entry.parentPath, entry.name).slice(folder.length + 1), isFile: entry.isFile() }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
  const files = entries.filter(({ isFile }) => isFile)
  const artifacts: RunArtifact[] = []
  const others = entries.filter(({ isFile }) => !isFile).map(({ path }) => path)
  for (const { path } of files.slice(0, artifactLimit)) {
    const artifact = await readArtifact(folder, path).catch(nullWhenMissing)
    if (artifact === null) others.push(path)
    else artifacts.push(artifact)
  }
  return { artifacts, others, unlisted: Math.max(0, files.length - artifactLimit) }
}

async function readArtifact(folder: string, path: string): Promise<RunArtifact> {
  const { size } = await lstat(join(folder, path))
  return { path, sizeBytes: size, sha256: await digestFile(join(folder, path)) }
}

/** 64 lower-case hex digits. The file is never in memory as a whole. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
