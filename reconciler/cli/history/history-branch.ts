/** Reads the files of the branch mainward/history of a clone, exactly as they are. Proves nothing. */
import { MainwardError } from '../../core/error.ts'
import { compareText } from '../../core/finding.ts'
import type { Repository } from '../../git/open-repository.ts'
import { readRef } from '../../git/read-ref.ts'
import { isFile } from '../../git/tree-object.ts'

export interface HistoryFile {
  readonly environment: string
  /** The lines of ENVIRONMENT.jsonl; an empty line is one. */
  readonly lines: readonly string[]
}

export interface HistoryBranch {
  /** The ref that was read. */
  readonly ref: string
  readonly commit: string
  /** By environment. */
  readonly files: readonly HistoryFile[]
}

/** What a reconciler writes here, then what a fetch brings. */
const refs = ['refs/heads/mainward/history', 'refs/remotes/origin/mainward/history']

/** Throws not-found when there is no such branch. */
export async function readHistoryBranch({ gitdir, objects }: Repository): Promise<HistoryBranch> {
  const found = refs.map((ref) => ({ ref, commit: readRef(gitdir, ref) })).find(({ commit }) => commit !== null)
  if (found === undefined || found.commit === null) {
    throw new MainwardError('not-found', `there is no branch mainward/history in ${gitdir}`, {
      hint: 'nothing has been served from here yet, or the branch was not fetched: git fetch origin',
    })
  }
  const { ref, commit } = found
  const { tree } = await objects.readCommit(commit)
  const entries = (await objects.readTree(tree)).filter((entry) => isFile(entry) && entry.name.endsWith('.jsonl'))
  const files: HistoryFile[] = []
  for (const { name, oid } of entries) {
    const text = Buffer.from(await objects.readBlob(oid)).toString()
    files.push({ environment: name.slice(0, -'.jsonl'.length), lines: splitLines(text) })
  }
  return { ref, commit, files: files.sort((a, b) => compareText(a.environment, b.environment)) }
}

function splitLines(text: string): readonly string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}
