/** Keeps the last good serving state on disk. Knows nothing of where states come from or what is done with them. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { digestValue, type Digest } from '../../core/digest.ts'
import { messageOf } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { ModelRoute, ServingState } from '../../core/serving-state.ts'

/** What a replica must remember: the newest state, and the routes it really served where those are older. */
export interface RememberedState {
  readonly state: ServingState
  readonly heldRoutes: readonly ModelRoute[]
  readonly heldReleases: Readonly<Record<Digest, Release>>
}

export type StateFileContent =
  | { readonly type: 'found'; readonly remembered: RememberedState }
  | { readonly type: 'absent' }
  | { readonly type: 'corrupt'; readonly message: string }

interface StoredState {
  readonly formatVersion: 1
  /** Of the canonical JSON of `remembered`. */
  readonly digest: Digest
  readonly remembered: RememberedState
}

/** Reads the file. A file that is not what was written is reported as corrupt, never used. */
export async function readStateFile(path: string): Promise<StateFileContent> {
  try {
    const text = await readIfPresent(path)
    if (text === null) return { type: 'absent' }
    const stored = JSON.parse(text) as Partial<StoredState> | null
    if (stored?.formatVersion !== 1) return corrupt(path, 'its format is not 1')
    const found = digestValue(stored.remembered)
    if (stored.remembered === undefined || found !== stored.digest) {
      return corrupt(path, `its digest should be ${String(stored.digest)} and is ${found}`)
    }
    return { type: 'found', remembered: stored.remembered }
  } catch (error) {
    return corrupt(path, messageOf(error))
  }
}

/** Replaces the file in one step: a crash leaves the old one or the new one. */
export async function writeStateFile(path: string, remembered: RememberedState): Promise<void> {
  const stored: StoredState = { formatVersion: 1, digest: digestValue(remembered), remembered }
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify(stored))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function corrupt(path: string, why: string): StateFileContent {
  return { type: 'corrupt', message: `${path} is not a serving state: ${why}` }
}
