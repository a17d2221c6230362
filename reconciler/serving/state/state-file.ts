/** Keeps the last good serving state on disk. Knows nothing of where states come from or what is done with them. */
import { readFile } from 'node:fs/promises'
import { digestValue, type Digest } from '../../core/digest.ts'
import { messageOf } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { ModelRoute, ServingState } from '../../core/serving-state.ts'
import { replaceFile } from './replace-file.ts'

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
  await replaceFile(path, JSON.stringify(stored))
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
