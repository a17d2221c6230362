/** Decides where a model file lies: small ones are files of the commit, large ones go into the artifact store. */
import { openArtifactStore } from '../../artifacts/artifact-store.ts'
import { digestBytes } from '../../core/digest.ts'
import type { Artifact } from '../../core/release.ts'
import { openRepository } from '../../git/open-repository.ts'
import { readOpset } from '../../inference/opset.ts'
import { maximumArtifactBytes } from '../../manifests/commit-checks.ts'
import { resolveArtifactStore } from '../../reconcile/artifact-store.ts'
import { ensureStateFolder } from '../../supervisor/state-folder.ts'
import { resolveStatePaths } from '../state-paths.ts'

/** `path` is where it lies when it is a file of the commit, relative to the project. */
export function describeArtifact(bytes: Uint8Array, path: string): Artifact {
  const sha256 = digestBytes(bytes).slice('sha256:'.length)
  const opset = readOpset(bytes)
  const place = bytes.byteLength <= maximumArtifactBytes ? { path } : { uri: `folder:sha256/${sha256}` }
  return { ...place, sha256, sizeBytes: bytes.byteLength, ...(opset === null ? {} : { opset }) }
}

export interface StoreRequest {
  /** Folder of mainward.yaml, absolute. */
  readonly project: string
  /** `folder:PATH`, as the Project has it. */
  readonly store: string
  /** As it was typed, from `folder`; null: the repository's own. */
  readonly stateFolder: string | null
  readonly folder: string
}

/** Puts the bytes into the store that a reconciler of this repository reads; the store's address. */
export async function storeArtifact({ sha256 }: Artifact, bytes: Uint8Array, request: StoreRequest): Promise<string> {
  const { workTree, gitdir } = openRepository(request.project)
  const { local, stateFolder } = resolveStatePaths(request.folder, workTree ?? gitdir, request.stateFolder)
  const store = resolveArtifactStore(request.store, { baseFolder: workTree ?? gitdir, stateFolder })
  if (store.startsWith(`folder:${stateFolder}`)) ensureStateFolder(stateFolder, local)
  await openArtifactStore().put(store, sha256, bytes)
  return store
}
