/** Data files of a real commit, whatever the working tree holds now. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createCommitFiles } from '../../../reconciler/cli/features/commit-files.ts'
import { openRepository } from '../../../reconciler/git/open-repository.ts'
import { commitFiles, createRepository, removeFolder, temporaryFolder, writeFiles } from '../../support/git-repositories.ts'

const repository = createRepository()
const out = temporaryFolder()
afterAll(() => {
  removeFolder(repository)
  removeFolder(out)
})

describe('files of a commit', () => {
  it('are those of its patterns, below the reconciled path, as they were', async () => {
    const files = { 'team/data/a.csv': 'old', 'team/data/b/c.csv': 'c', 'data/a.csv': 'other' }
    const commit = commitFiles(repository, files)
    writeFiles(repository, { 'team/data/a.csv': 'new', 'team/data/d.csv': 'd' })
    rmSync(join(repository, 'team/data/b'), { recursive: true })
    const listed = createCommitFiles(openRepository(join(repository, 'team')), commit, out)
    const read = async (pattern: string) =>
      (await listed.list(pattern)).map(({ path, localPath }) => `${path}: ${readFileSync(localPath, 'utf8')}`)
    expect(await read('data/*.csv')).toEqual(['data/a.csv: old'])
    expect(await read('data/**/*.csv')).toEqual(['data/a.csv: old', 'data/b/c.csv: c'])
    expect(await read('data/d.csv')).toEqual([])
    expect(await read('../data/a.csv')).toEqual([])
  })
})
