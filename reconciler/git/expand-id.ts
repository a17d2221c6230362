/** Full ids from their first digits, as `git log --oneline` shows them. Reads names of objects only. */
import git from 'isomorphic-git'
import { MainwardError } from '../core/error.ts'
import type { ObjectStore } from './object-store.ts'

/** Null when no object begins so, or the text is no id. Throws invalid-input when several do. */
export async function expandId({ files, gitdir }: ObjectStore, digits: string): Promise<string | null> {
  if (!/^[0-9a-f]{4,39}$/.test(digits)) return null
  try {
    return await git.expandOid({ fs: files, gitdir, oid: digits })
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null
    if (code === 'NotFoundError') return null
    if (code !== 'AmbiguousError') throw thrown
    throw new MainwardError('invalid-input', `several objects begin with ${digits}`, { hint: 'give more digits', cause: thrown })
  }
}
