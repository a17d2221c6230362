/** The folder that one run works in, and a fresh copy of the trainer's files in it. */
import { chmod, copyFile, constants, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { onDisk } from './on-disk.ts'
import { removeFolder } from './remove-folder.ts'
import type { TrainingParams } from '../../core/training-run.ts'

/** Short names: sockets of Python's multiprocessing lie below `temporary`, and their paths may have some 100 characters. */
export interface RunFolder {
  readonly root: string
  /** The working folder: the copy of the trainer's files. */
  readonly code: string
  /** Copies of the training data, which are not the program's to change and do not count as written. */
  readonly data: string
  readonly output: string
  readonly home: string
  readonly temporary: string
  readonly params: string
}

/** Which files the trainer consists of, below the folder that its command is relative to. */
export interface TrainerSources {
  readonly folder: string
  /** With `/`, below `folder`. */
  readonly paths: readonly string[]
}

export function nameRunFolder(root: string): RunFolder {
  const [code, data, output] = [join(root, 'code'), join(root, 'data'), join(root, 'output')]
  return { root, code, data, output, home: join(root, 'home'), temporary: join(root, 'tmp'), params: join(root, 'params.json') }
}

/**
 * Everything anew: what an earlier program left in it is gone, but not the data. Throws `not-found` for a file that is not
 * there, `invalid-input` for one outside of the folder.
 */
export function layOutRunFolder(folder: RunFolder, sources: TrainerSources, params: TrainingParams): Promise<void> {
  return onDisk('the folder of the run', folder.root, () => layOut(folder, sources, params))
}

async function layOut(folder: RunFolder, sources: TrainerSources, params: TrainingParams): Promise<void> {
  for (const each of [folder.code, folder.output, folder.home, folder.temporary]) {
    await removeFolder(each)
    await mkdir(each, { recursive: true, mode: 0o700 })
  }
  await mkdir(folder.data, { recursive: true, mode: 0o700 })
  await writeFile(folder.params, `${JSON.stringify(params, null, 2)}\n`)
  for (const path of sources.paths) await copySource(sources.folder, path, folder.code)
}

/** Copies a file of data, read-only. Where the disk can, both share their blocks. */
export async function copyData(from: string, to: string): Promise<void> {
  await onDisk('a copy of the training data', dirname(to), async () => {
    await rm(to, { force: true })
    await copyFile(from, to, constants.COPYFILE_FICLONE).catch((thrown: unknown) => {
      throw explainCopy(thrown, from)
    })
    await chmod(to, 0o444)
  })
}

/** A link is followed as long as it stays in the folder: what a trainer is made of is what is looked at when it changes. */
async function copySource(folder: string, path: string, to: string): Promise<void> {
  const inner = normalize(path)
  if (isAbsolute(inner) || inner === '..' || inner.startsWith(`..${sep}`)) throw outside(folder, path)
  const from = join(folder, inner)
  try {
    const [real, root] = await Promise.all([realpath(from), realpath(folder)])
    if (!real.startsWith(`${root}${sep}`)) throw outside(folder, path)
    const target = join(to, inner)
    await mkdir(dirname(target), { recursive: true })
    await copyFile(real, target, constants.COPYFILE_FICLONE)
  } catch (thrown) {
    throw explainCopy(thrown, from)
  }
}

function outside(folder: string, path: string): MainwardError {
  return new MainwardError(
    'invalid-input',
    `expected a file of the trainer below ${folder}, found ${path}, which leads outside`,
    {
      hint: 'keep what the trainer needs in the repository',
    },
  )
}

function explainCopy(thrown: unknown, from: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return code === 'ENOENT'
    ? new MainwardError('not-found', `${from} is not there any more`, {
        cause: thrown,
        hint: 'it was there when the training began: let nothing remove it meanwhile, and train again',
      })
    : thrown
}
