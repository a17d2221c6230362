/** Where the artifact store of a repository is, for commands that read it: the same place that its reconciler writes to. */
import { join, resolve } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import type { Resource } from '../../core/resource.ts'
import { openRepository } from '../../git/open-repository.ts'
import type { ProjectSpec } from '../../manifests/kinds/project.ts'
import { resolveArtifactStore } from '../../reconcile/artifact-store.ts'
import { stateFolderName } from '../../supervisor/state-folder.ts'

export interface StoreQuestion {
  /** The repository, or a folder of it; absolute. */
  readonly folder: string
  /** Absolute; null: the repository's own. */
  readonly stateFolder: string | null
}

/** `resources` are of a valid commit. A folder that is in no repository is as the root of one. */
export function findArtifactStore(resources: readonly Resource[], { folder, stateFolder }: StoreQuestion): string {
  const project = resources.find(({ kind }) => kind === 'Project')
  if (project === undefined) throw new Error('a valid commit has a Project')
  const baseFolder = findRoot(folder)
  return resolveArtifactStore((project.spec as ProjectSpec).artifacts.store, {
    baseFolder,
    stateFolder: stateFolder ?? join(baseFolder, stateFolderName),
  })
}

function findRoot(folder: string): string {
  try {
    const { workTree, gitdir } = openRepository(folder)
    return workTree ?? gitdir
  } catch (error) {
    if (error instanceof MainwardError && error.code === 'not-found') return resolve(folder)
    throw error
  }
}
