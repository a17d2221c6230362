/** Makes a folder with those above it. Node's own recursive call never ends below a folder that takes none, such as /proc. */
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Does nothing when it is there. Throws what the file system says, `ENOTDIR` and `EEXIST` where a file is in the way. */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = []
  for (let folder = path; !(await exists(folder)) && dirname(folder) !== folder; folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) await makeOne(folder)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return false
    throw thrown
  }
}

/** Another process may have made it meanwhile. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (thrown) {
    if (!hasCode(thrown, 'EEXIST') || !(await stat(path)).isDirectory()) throw thrown
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
