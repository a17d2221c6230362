/** The folder of a dataset, made as a whole: a reader sees all of it or what was there before. Knows nothing of what lies in it. */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MainwardError, messageOf } from '../../core/error.ts'
import { isAlive } from '../../processes/is-alive.ts'
import { makeFolder } from '../make-folder.ts'
import { datasetFormat } from './dataset-report.ts'

/**
 * Runs `fill` with a new folder beside `out`, and puts it in the place of `out` when it is filled; removes it when `fill` throws. Throws
 * `conflict` before that when `out` is a file, or a folder that holds anything but a dataset of ours; `environment` when the place cannot
 * be written.
 */
export async function fillOutFolder<T>(out: string, fill: (folder: string) => Promise<T>): Promise<T> {
  await assertReplaceable(out)
  const [half, old] = [besides(out, 'new'), besides(out, 'old')]
  await writing(out, async () => {
    await sweep(out)
    await makeFolder(half)
  })
  try {
    const result = await fill(half)
    await assertReplaceable(out)
    await writing(out, async () => {
      await moveAway(out, old)
      await rename(half, out)
      await rm(old, { recursive: true, force: true })
    })
    return result
  } finally {
    await rm(half, { recursive: true, force: true })
  }
}

async function assertReplaceable(out: string): Promise<void> {
  const found = await stat(out).catch(() => null)
  if (found === null) return
  if (!found.isDirectory()) throw new MainwardError('conflict', `expected a folder or nothing at ${out}, found a file`)
  if ((await readdir(out)).length === 0 || (await isDataset(out))) return
  throw new MainwardError('conflict', `the folder ${out} holds something else than a dataset`, {
    hint: 'name a new folder, or an earlier dataset, which is replaced',
  })
}

async function isDataset(folder: string): Promise<boolean> {
  try {
    const document = JSON.parse(await readFile(join(folder, 'dataset.json'), 'utf8')) as { readonly format?: unknown } | null
    return document?.format === datasetFormat
  } catch {
    // No such file, or no JSON: whatever it is, it is not ours to remove.
    return false
  }
}

/** Hidden, and named after the process: what a killed one left is known. */
function besides(out: string, what: 'new' | 'old'): string {
  return join(dirname(out), `.${basename(out)}.${process.pid}.${what}`)
}

/** Removes what killed processes left beside `out`. */
async function sweep(out: string): Promise<void> {
  const names = await readdir(dirname(out)).catch(() => [])
  for (const name of names) {
    if (!name.startsWith(`.${basename(out)}.`)) continue
    const pid = /^(\d+)\.new$/.exec(name.slice(basename(out).length + 2))?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dirname(out), name), { recursive: true, force: true })
  }
}

async function moveAway(out: string, old: string): Promise<void> {
  try {
    await rename(out, old)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown
  }
}

async function writing(out: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    throw new MainwardError('environment', `cannot write ${out}: ${messageOf(cause)}`, { cause })
  }
}
