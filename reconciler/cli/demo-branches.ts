/** The branches of the demo: what a person changed, and what `mainward train` made of it, as a stream for `git fast-import`. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { compareText } from '../core/finding.ts'

export interface DemoBranch {
  readonly name: string
  /** Of a branch that stands before it in the list, or main. */
  readonly base: string
  readonly message: string
  /** Paths and contents that differ from the base. */
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[]
}

/** `branches.json` of the folder lists them; what each changes lies in the folder of its name. */
export function readBranches(folder: string): readonly DemoBranch[] {
  const listed = JSON.parse(readFileSync(join(folder, 'branches.json'), 'utf8')) as readonly Omit<DemoBranch, 'files'>[]
  return listed.map((branch) => ({ ...branch, files: readFiles(join(folder, branch.name)) }))
}

function readFiles(folder: string): DemoBranch['files'] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareText)
    .map((file) => ({ path: relative(folder, file), content: readFileSync(file) }))
}

/** Format: git-fast-import(1). One commit a branch. What stands in the repository already is named with `^0`, what the stream made without. */
export function streamBranches(branches: readonly DemoBranch[], nowMs: number): Buffer {
  const seconds = Math.floor(nowMs / 1000)
  const parts = branches.flatMap(({ name, base, message, files }, index) => [
    text(`commit refs/heads/${name}\ncommitter Mainward demo <demo@mainward.invalid> ${seconds} +0000\n`),
    ...data(text(message)),
    text(`from refs/heads/${base}${branches.slice(0, index).some((other) => other.name === base) ? '' : '^0'}\n`),
    ...files.flatMap(({ path, content }) => [text(`M 100644 inline ${path}\n`), ...data(content)]),
  ])
  return Buffer.concat([...parts, text('done\n')])
}

function data(content: Uint8Array): readonly Uint8Array[] {
  return [text(`data ${content.byteLength}\n`), content, text('\n')]
}

function text(line: string): Buffer {
  return Buffer.from(line)
}
