/** Commits along the first-parent line, and names of commits. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MainwardError } from '../core/error.ts'
import type { Commit } from './commit-object.ts'
import type { ObjectStore } from './object-store.ts'
import type { Repository } from './open-repository.ts'
import { expandId } from './expand-id.ts'
import { readRef } from './read-ref.ts'
import { peelTag } from './ref-store.ts'

export interface NamedCommit extends Commit {
  readonly oid: string
}

/** Newest first, beginning with `oid`. Ends early where a shallow clone ends. */
export async function readFirstParents(objects: ObjectStore, oid: string, limit: number): Promise<readonly NamedCommit[]> {
  const line: NamedCommit[] = []
  let next: string | undefined = oid
  while (next !== undefined && line.length < limit) {
    if (line.length > 0 && !(await objects.has(next))) break
    const commit: Commit = await objects.readCommit(next)
    line.push({ ...commit, oid: next })
    next = commit.parents[0]
  }
  return line
}

/** The commit that `HEAD`, a branch, a tag, a remote branch or an id (at least 4 digits) names, with `~N` or `^` behind it. Throws not-found. */
export async function resolveCommit(repository: Repository, name: string): Promise<string> {
  const [, base = name, steps = ''] = /^(.*?)((?:~\d*|\^)*)$/.exec(name) ?? []
  const start = await peelTag(repository.objects, await findBase(repository, base))
  const back = [...steps.matchAll(/~(\d*)|\^/g)].reduce((sum, [, count]) => sum + (count ? Number(count) : 1), 0)
  const line = await readFirstParents(repository.objects, start, back + 1)
  const found = line[back]
  if (found === undefined) throw new MainwardError('not-found', `${base} has only ${line.length} commits, not ${back + 1}`)
  return found.oid
}

async function findBase(repository: Repository, base: string): Promise<string> {
  const { gitdir, objects } = repository
  if (/^[0-9a-f]{40}$/.test(base)) return base
  if (base === 'HEAD' || base === '@') {
    const head = readHead(repository)
    if (head !== null) return head
  }
  const candidates = [base, `refs/${base}`, `refs/tags/${base}`, `refs/heads/${base}`, `refs/remotes/${base}`]
  for (const candidate of candidates.filter((ref) => ref.startsWith('refs/'))) {
    const oid = readRef(gitdir, candidate)
    if (oid !== null) return oid
  }
  const expanded = await expandId(objects, base)
  if (expanded !== null) return expanded
  throw new MainwardError('not-found', `expected a branch, a tag or a commit id, found ${base}`)
}

/** The commit of HEAD; null before the first commit. A linked work tree has its own HEAD that names a branch of the common directory. */
export function readHead({ headFolder, gitdir }: Repository): string | null {
  const text = readFileSync(join(headFolder, 'HEAD'), 'utf8').trim()
  return text.startsWith('ref: ') ? readRef(gitdir, text.slice(5).trim()) : text
}
