/** What writers of refs need, whether the repository is on this disk or behind a URL. */
import type { ObjectStore } from './object-store.ts'
import type { RefMove } from './write-ref.ts'
import { moveRef } from './write-ref.ts'
import { parseTagTarget } from './commit-object.ts'
import { readRef } from './read-ref.ts'

export interface RefStore {
  readonly objects: ObjectStore
  /** The tip of a branch, its commit readable in `objects`; null when there is no such branch. */
  readBranch(branch: string): Promise<string | null>
  /** The commit that a tag leads to; null when there is no such tag. */
  readTag(name: string): Promise<string | null>
  /** False when the ref is not at `expected`. `created` are the objects that the other side cannot have. */
  moveRef(move: RefMove, created: readonly string[]): Promise<boolean>
  /** True when the objects on this disk are gone and `readBranch` would get them again. */
  isLost(): boolean
}

/** The refs of a repository on this disk. */
export function localRefs(objects: ObjectStore): RefStore {
  return {
    objects,
    readBranch: (branch) => Promise.resolve(readRef(objects.gitdir, `refs/heads/${branch}`)),
    readTag: async (name) => {
      const oid = readRef(objects.gitdir, `refs/tags/${name}`)
      return oid === null ? null : peelTag(objects, oid)
    },
    moveRef: (move) => moveRef(objects.gitdir, move),
    isLost: () => false,
  }
}

/** Follows annotated tags to what they name. */
export async function peelTag(objects: ObjectStore, oid: string): Promise<string> {
  const { type, bytes } = await objects.read(oid)
  const target = type === 'tag' ? parseTagTarget(bytes) : null
  return target === null ? oid : peelTag(objects, target)
}
