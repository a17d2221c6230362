/** Creates annotated tags, the same bytes every time. */
import { MainwardError } from '../core/error.ts'
import { formatTag } from './commit-object.ts'
import type { RefStore } from './ref-store.ts'

export interface Tag {
  readonly name: string
  readonly commit: string
  readonly message: string
}

/**
 * Leaves a tag at the commit alone, also one that a person made. Throws `conflict` when it is elsewhere, and when a force-push has
 * removed the commit.
 */
export async function ensureTag(refs: RefStore, tag: Tag): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const present = await refs.readTag(tag.name)
    if (present === tag.commit) return
    if (present !== null) {
      throw new MainwardError('conflict', `tag ${tag.name} is at ${present}, expected ${tag.commit}`)
    }
    if (!(await refs.objects.has(tag.commit))) {
      throw new MainwardError('conflict', `tag ${tag.name} needs commit ${tag.commit}, which is no longer in the repository`)
    }
    const { committedAt } = await refs.objects.readCommit(tag.commit)
    const oid = await refs.objects.write('tag', formatTag({ ...tag, time: committedAt }))
    if (await refs.moveRef({ ref: `refs/tags/${tag.name}`, expected: null, next: oid }, [oid])) return
  }
  throw new MainwardError('conflict', `tag ${tag.name} could not be created: another writes it`, { retry: 'backoff' })
}
