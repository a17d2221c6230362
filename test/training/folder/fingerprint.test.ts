/** What is found when files change between two looks. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compareFingerprints, takeFingerprint, type WatchedFolder } from '../../../reconciler/training/folder/fingerprint.ts'
import { makeTemporaryFolder } from '../support/run-shell.ts'

let folder: string
const at = (...names: string[]): string => join(folder, ...names)

beforeEach(() => {
  folder = makeTemporaryFolder('fingerprint')
  for (const path of ['a.txt', 'deep/er/b.txt', 'own/c.txt', '.git/index']) {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), 'text')
  }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function changesOf(act: () => void, changes: Partial<WatchedFolder> = {}): Promise<readonly string[]> {
  const watched = { name: 'the repository', folder, except: [at('.git'), at('own')], deep: true, ...changes }
  const before = await takeFingerprint(watched)
  act()
  return compareFingerprints(before, await takeFingerprint(watched))
}

describe('a change', () => {
  it.each([
    ['nothing', () => undefined, []],
    ['a new file', () => writeFileSync(at('deep/new.txt'), ''), ['made deep/new.txt']],
    ['a new folder', () => mkdirSync(at('folder')), ['made folder']],
    ['a removed file', () => rmSync(at('deep/er/b.txt')), ['removed deep/er/b.txt']],
    ['other content of the same size', () => writeFileSync(at('a.txt'), 'TEXT'), ['written a.txt']],
    ['a moved file', () => renameSync(at('a.txt'), at('z.txt')), ['removed a.txt', 'made z.txt']],
    ['permissions', () => chmodSync(at('a.txt'), 0o600), ['written a.txt']],
    ['a link', () => symlinkSync('/etc/hosts', at('link')), ['made link']],
    ['a file that was put in the place of another with its time', () => replaceKeepingTime(), ['written a.txt']],
    ['what is not looked at', () => writeFileSync(at('own/d.txt'), ''), []],
    ['git’s own files', () => writeFileSync(at('.git/index'), 'other'), []],
    ['byte code of Python', () => mkdirSync(at('deep/__pycache__')), []],
    ['a folder in place of a file', () => (rmSync(at('a.txt')), mkdirSync(at('a.txt'))), ['written a.txt']],
  ])('%s is found as what it is', async (_, act, expected) => {
    expect(await changesOf(act)).toEqual(expected)
  })

  it('below a folder that is looked at alone is not found, one in it is', async () => {
    const shallow = { deep: false }
    expect(await changesOf(() => writeFileSync(at('deep/er/b.txt'), 'other'), shallow)).toEqual([])
    expect(await changesOf(() => writeFileSync(at('a.txt'), 'other'), shallow)).toEqual(['written a.txt'])
  })

  it('is the whole folder when that goes', async () => {
    const changes = await changesOf(() => rmSync(folder, { recursive: true }))
    expect(changes).toEqual(['removed a.txt', 'removed deep', 'removed deep/er', 'removed deep/er/b.txt'])
  })
})

function replaceKeepingTime(): void {
  utimesSync(at('a.txt'), 1000, 1000)
  writeFileSync(at('copy'), 'evil')
  utimesSync(at('copy'), 1000, 1000)
  renameSync(at('copy'), at('a.txt'))
}
