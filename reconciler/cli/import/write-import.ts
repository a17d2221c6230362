/** Puts an imported model into the working tree: its file, its manifests. Overwrites nothing. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MainwardError } from '../../core/error.ts'

export interface NewFile {
  /** Relative to the project. */
  readonly path: string
  readonly content: string | Uint8Array
}

/** Throws `conflict` before anything is written. */
export function assertNew(project: string, files: readonly NewFile[]): void {
  const there = files.find(({ path }) => existsSync(join(project, path)))
  if (there === undefined) return
  throw new MainwardError('conflict', `${there.path} is there already: nothing is overwritten`, {
    hint: 'move it away, or give the model another name',
  })
}

export async function writeNewFiles(project: string, files: readonly NewFile[]): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(join(project, path)), { recursive: true })
    await writeFile(join(project, path), content, { flag: 'wx' })
  }
}
