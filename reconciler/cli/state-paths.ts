/** Where a repository and the state of its reconciler lie, from what was typed. */
import { join, resolve } from 'node:path'
import { findRepository, type LocalRepository, stateFolderName } from '../supervisor/state-folder.ts'

export interface StatePaths {
  /** The repository's top folder, absolute, or its http(s) URL. */
  readonly repository: string
  /** Null for a remote one. */
  readonly local: LocalRepository | null
  /** Absolute. */
  readonly stateFolder: string
}

/** `.mainward` in a local repository, `.mainward-NAME` beside where a remote one is reconciled. Throws `usage` when there is no repository. */
export function resolveStatePaths(folder: string, repository: string, stateFolder: string | null): StatePaths {
  const given = stateFolder === null ? null : resolve(folder, stateFolder)
  if (/^https?:\/\//.test(repository)) {
    const state = given ?? join(folder, `${stateFolderName}-${nameOf(repository)}`)
    return { repository, local: null, stateFolder: state }
  }
  const local = findRepository(resolve(folder, repository))
  return { repository: local.root, local, stateFolder: given ?? join(local.root, stateFolderName) }
}

function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? ''
  return last.replace(/\.git$/, '') || 'repository'
}
