/** Files of a real folder: what patterns name, and that nothing leads out. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFolderFiles } from '../../../reconciler/features/sources/folder-files.ts'
import { createSecretReader } from '../../../reconciler/features/sources/secret-reader.ts'

const top = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-files-')))
const folder = join(top, 'repository')
const paths = [
  'data/a.csv',
  'data/b.csv',
  'data/x[1].csv',
  'data/.hidden.csv',
  'data/day=2013-01-01/1.parquet',
  'data/day=2013-01-02/more/2.parquet',
  'data/.git/3.parquet',
]

beforeAll(() => {
  for (const path of [...paths, '../outside.csv', '../far/z.csv']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), path)
  }
  symlinkSync('a.csv', join(folder, 'data/link.csv'))
  symlinkSync('../../outside.csv', join(folder, 'data/leak.txt'))
  symlinkSync('../../far', join(folder, 'data/far'))
  writeFileSync(join(top, 'secret'), 'postgres://u:p@h/d\n')
  writeFileSync(join(top, 'empty'), '\n')
})

afterAll(() => rmSync(top, { recursive: true }))

async function list(pattern: string): Promise<readonly string[]> {
  return (await createFolderFiles(folder).list(pattern)).map(({ path }) => path).sort()
}

describe('files of a folder', () => {
  it.each<readonly [string, readonly string[]]>([
    ['data/a.csv', ['data/a.csv']],
    ['data/c.csv', []],
    ['data/a.csv/b.csv', []],
    ['data', []],
    ['none/*.csv', []],
    ['data/*.csv', ['data/a.csv', 'data/b.csv', 'data/link.csv', 'data/x[1].csv']],
    ['data/?.csv', ['data/a.csv', 'data/b.csv']],
    ['data/[bc].csv', ['data/b.csv']],
    ['data/[!b].csv', ['data/a.csv']],
    ['data/[a-b].csv', ['data/a.csv', 'data/b.csv']],
    ['data/*/*.parquet', ['data/day=2013-01-01/1.parquet']],
    ['data/**/*.parquet', ['data/day=2013-01-01/1.parquet', 'data/day=2013-01-02/more/2.parquet']],
    ['**/1.parquet', ['data/day=2013-01-01/1.parquet']],
  ])('%s', async (pattern, expected) => {
    expect(await list(pattern)).toEqual(expected)
  })

  it('lie where they really are', async () => {
    expect(await createFolderFiles(folder).list('data/link.csv')).toEqual([
      { path: 'data/link.csv', localPath: join(folder, 'data/a.csv') },
    ])
  })

  it.each([
    '../outside.csv',
    '/etc/hostname',
    'data/../../outside.csv',
    'data/leak.txt',
    'data/far/z.csv',
    'data/far/*.csv',
    'data/*.txt',
  ])('%s leads out', async (pattern) => {
    await expect(list(pattern)).rejects.toMatchObject({
      code: 'source-unusable',
      message: expect.stringContaining('leads out of') as string,
    })
  })
})

describe('secrets', () => {
  const reader = createSecretReader({ environment: { URL: 'postgres://x', BLANK: ' ' }, folder: top })

  it('come from the environment and from files', async () => {
    expect(await reader.read({ env: 'URL' })).toBe('postgres://x')
    expect(await reader.read({ file: 'secret' })).toBe('postgres://u:p@h/d')
  })

  it.each([
    [{ env: 'NONE' }, 'expected a secret in the environment variable NONE: it is not set'],
    [{ env: 'BLANK' }, 'expected a secret in the environment variable BLANK: it is empty'],
    [{ file: 'none' }, `expected a secret in the file ${join(top, 'none')}: it cannot be read`],
    [{ file: 'empty' }, `expected a secret in the file ${join(top, 'empty')}: it is empty`],
  ])('%j is missing', async (reference, message) => {
    await expect(reader.read(reference)).rejects.toMatchObject({ code: 'environment', message })
  })
})
