/** Writing beside somebody who cleans the repository up: a folder that was there a moment ago may be gone. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { writeWhole } from '../../reconciler/git/git-files.ts'
import { removeFolder, temporaryFolder } from '../support/git-repositories.ts'

const folder = temporaryFolder()
afterAll(() => removeFolder(folder))

it('makes the folder of a file again that was removed while it was empty', () => {
  writeWhole(join(folder, '0f', 'object'), 'bytes')
  expect(readFileSync(join(folder, '0f', 'object'), 'utf8')).toBe('bytes')
  expect(readdirSync(join(folder, '0f'))).toEqual(['object'])
})

it('makes no repository where there is none any more', () => {
  expect(() => writeWhole(join(folder, 'gone', '0f', 'object'), 'bytes')).toThrow(/ENOENT/)
})
