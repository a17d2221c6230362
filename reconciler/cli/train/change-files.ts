/** Writes, replaces and removes files of a working tree together: all of them, or none. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MainwardError, messageOf } from '../../core/error.ts'

export interface FileChange {
  /** Relative to the project. */
  readonly path: string
  /** Null: the file is removed. */
  readonly content: string | Uint8Array | null
  /** `new`: a file that is there is somebody's, and nothing is written. */
  readonly if: 'new' | 'any'
}

/**
 * In the order given: what names other files comes last, so that a machine that dies in between leaves nothing that is named and missing.
 * Throws `conflict` for a file that is there, `environment` when one can not be written; the tree then is as it was.
 */
export async function changeFiles(project: string, changes: readonly FileChange[]): Promise<void> {
  const before = await Promise.all(changes.map(({ path }) => readOrNull(join(project, path))))
  const there = changes.find((change, index) => change.if === 'new' && before[index] !== null)
  if (there !== undefined) {
    throw new MainwardError('conflict', `${there.path} is there already: nothing is overwritten`, { hint: 'move it away' })
  }
  const halves = changes.map(({ path }) => join(project, dirname(path), `.${basename(path)}.${process.pid}.half`))
  const done: number[] = []
  try {
    for (const [index, { path, content }] of changes.entries()) {
      await mkdir(dirname(join(project, path)), { recursive: true })
      if (content !== null) await writeFile(halves[index] ?? '', content, { flag: 'w' })
    }
    for (const [index, { path, content }] of changes.entries()) {
      done.push(index)
      if (content === null) await rm(join(project, path), { force: true })
      else await rename(halves[index] ?? '', join(project, path))
    }
  } catch (cause) {
    await undo(project, changes, before, done)
    throw new MainwardError('environment', `the files of the version can not be written: ${messageOf(cause)}`, {
      cause,
      hint: 'free space or permit it; nothing was changed',
    })
  } finally {
    for (const half of halves) await rm(half, { force: true })
  }
}

async function undo(
  project: string,
  changes: readonly FileChange[],
  before: readonly (Uint8Array | null)[],
  done: readonly number[],
): Promise<void> {
  for (const index of done.toReversed()) {
    const path = join(project, changes[index]?.path ?? '')
    const content = before[index] ?? null
    if (content === null) await rm(path, { force: true })
    else await writeFile(path, content)
  }
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    throw thrown
  }
}
