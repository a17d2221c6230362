/** Folders that a program closed are removed, by a user who is not root. */
import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { removeFolder } from '../../../reconciler/training/folder/remove-folder.ts'
import { makeTemporaryFolder } from '../support/run-shell.ts'

const nobody = 65_534
const isRoot = process.getuid?.() === 0

describe('a folder that a program left', () => {
  it('goes although its own folders may not be written or seen', () => {
    const root = makeTemporaryFolder('remove')
    if (isRoot) chownSync(root, nobody, nobody)
    const folder = join(root, 'left')
    const script = `
      import { mkdirSync, writeFileSync, chmodSync, symlinkSync } from 'node:fs'
      import { removeFolder } from '${join(packageRoot, 'dist/training/folder/remove-folder.js')}'
      mkdirSync('${folder}/a/b', { recursive: true })
      writeFileSync('${folder}/a/b/c', '')
      symlinkSync('/', '${folder}/a/link')
      chmodSync('${folder}/a/b', 0o500)
      chmodSync('${folder}/a', 0)
      await removeFolder('${folder}')`
    const options = isRoot ? { uid: nobody, gid: nobody } : {}
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { ...options, cwd: '/', env: {} })
    expect(existsSync(folder)).toBe(false)
    rmSync(root, { recursive: true })
  })

  it('may not be there at all', async () => {
    await expect(removeFolder('/nowhere/at/all')).resolves.toBeUndefined()
  })
})
