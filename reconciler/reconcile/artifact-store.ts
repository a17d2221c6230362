/** Keeps the artifact store complete: bytes are there before anything names their digest. */
import { isAbsolute, resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import type { StoredRelease } from '../database/rollout-queries.ts'
import type { Pass, StoreFolders } from './stages.ts'

/** `folder:PATH` with an absolute path; `.mainward/…` lies in the state folder, wherever that is. */
export function resolveArtifactStore(store: string, { baseFolder, stateFolder }: StoreFolders): string {
  const path = store.slice('folder:'.length)
  if (isAbsolute(path)) return store
  const inState = /^(?:\.\/)?\.mainward(?:\/(.*))?$/.exec(path)
  return `folder:${inState === null ? resolve(baseFolder, path) : resolve(stateFolder, inState[1] ?? '')}`
}

/** Copies the bytes of a release from its commit into the store, unless they are there. Idempotent. */
export async function ensureArtifact(pass: Pass, store: string, { release, commit }: StoredRelease): Promise<void> {
  const { memory, ports } = pass
  const { sha256, path, uri } = release.artifact
  if (memory.storedArtifacts.has(sha256)) return
  if (!(await ports.artifacts.has(store, sha256))) {
    if (path === undefined) {
      throw new MainwardError(
        'artifact-missing',
        `version ${release.version} of ${release.model} needs ${String(uri)}, which is not in ${store}`,
        {
          retry: 'backoff',
          hint: 'put the file back into the artifact store, or import the version again',
        },
      )
    }
    await ports.artifacts.put(store, sha256, await ports.source.readFile(commit, path))
  }
  memory.storedArtifacts.add(sha256)
}
