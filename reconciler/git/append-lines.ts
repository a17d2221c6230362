/** Appends lines to a file on a branch of its own, exactly once whatever happens in between. Knows nothing of what they say. */
import type { Instant } from '../core/clock.ts'
import { MainwardError } from '../core/error.ts'
import { formatCommit } from './commit-object.ts'
import type { RefStore } from './ref-store.ts'
import { formatTree, isFile, type TreeEntry } from './tree-object.ts'

export interface LineFile {
  readonly branch: string
  /** Name of the file at the root of the branch. */
  readonly file: string
}

export interface Append extends LineFile {
  /** How many lines stand before the new ones. */
  readonly expectedCount: number
  readonly lines: readonly string[]
  /** Of the commit. */
  readonly message: string
  readonly time: Instant
}

const attempts = 8

/** [] when there is no branch or no file. */
export async function readLines(refs: RefStore, { branch, file }: LineFile): Promise<readonly string[]> {
  const tip = await refs.readBranch(branch)
  return tip === null ? [] : (await readTip(refs, tip, file)).lines
}

/**
 * Commits the lines unless they are there. Another writer's commit in between is built upon. Throws `conflict` when
 * other lines stand in their place, `git-rejected` when the branch may not be written.
 */
export async function appendLines(refs: RefStore, append: Append): Promise<void> {
  if (append.lines.some((line) => line.includes('\n'))) throw new Error('a line has no line break')
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const tip = await refs.readBranch(append.branch)
    const before = tip === null ? { lines: [], entries: [] } : await readTip(refs, tip, append.file)
    const missing = missingLines(before.lines, append)
    if (missing.length === 0) return
    if (await commitLines(refs, append, { tip, entries: before.entries, lines: [...before.lines, ...missing] })) return
    if (attempt > 0 && (await refs.readBranch(append.branch)) === tip) break
  }
  throw new MainwardError('conflict', `the branch ${append.branch} could not be moved: others write it, or it is locked`, {
    retry: 'backoff',
  })
}

interface Tip {
  readonly lines: readonly string[]
  readonly entries: readonly TreeEntry[]
}

async function readTip({ objects }: RefStore, tip: string, file: string): Promise<Tip> {
  const { tree } = await objects.readCommit(tip)
  const entries = await objects.readTree(tree)
  const entry = entries.find((candidate) => candidate.name === file && isFile(candidate))
  if (entry === undefined) return { lines: [], entries }
  const text = Buffer.from(await objects.readBlob(entry.oid)).toString()
  return { lines: text.split('\n').filter((line) => line !== ''), entries }
}

function missingLines(present: readonly string[], { branch, file, expectedCount, lines }: Append): readonly string[] {
  const place = `${file} on ${branch}`
  if (present.length < expectedCount) {
    throw new MainwardError('conflict', `expected ${expectedCount} lines in ${place}, found ${present.length}`)
  }
  const there = present.slice(expectedCount)
  const different = there.findIndex((line, index) => line !== lines[index])
  if (different >= 0) {
    throw new MainwardError('conflict', `line ${expectedCount + different + 1} of ${place} is another one than expected`, {
      hint: 'does another reconciler write this environment?',
    })
  }
  return lines.slice(there.length)
}

interface NextTip extends Tip {
  readonly tip: string | null
}

async function commitLines(refs: RefStore, append: Append, { tip, entries, lines }: NextTip): Promise<boolean> {
  const { objects } = refs
  const blob = await objects.write('blob', Buffer.from(lines.map((line) => `${line}\n`).join('')))
  const others = entries.filter(({ name }) => name !== append.file)
  const unwritable = others.find(({ name }) => name.includes('\uFFFD'))
  if (unwritable !== undefined) {
    throw new MainwardError('conflict', `${append.branch} has a file whose name is not UTF-8: ${unwritable.name}`, {
      hint: 'remove it from the branch',
    })
  }
  const tree = await objects.write('tree', formatTree([...others, { mode: '100644', name: append.file, oid: blob }]))
  const next = await objects.write(
    'commit',
    formatCommit({ tree, parents: tip === null ? [] : [tip], message: append.message, time: append.time }),
  )
  return refs.moveRef({ ref: `refs/heads/${append.branch}`, expected: tip, next }, [blob, tree, next])
}
