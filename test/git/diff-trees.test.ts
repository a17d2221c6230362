/** Differences of trees and along the first-parent line, against what the git program says. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diffTrees } from '../../reconciler/git/diff-trees.ts'
import { readLineChanges } from '../../reconciler/git/first-parent-changes.ts'
import { openRepository } from '../../reconciler/git/open-repository.ts'
import { commitFiles, createRepository, removeFolder, runGit, temporaryFolder } from '../support/git-repositories.ts'

let folder: string
const commits: string[] = []

beforeAll(() => {
  folder = createRepository()
  commits.push(commitFiles(folder, { 'a.yaml': '1', 'in/b.yaml': '1', 'in/deep/c.yaml': '1', 'in/d.txt': '1' }, 'First'))
  commits.push(commitFiles(folder, { 'in/d.txt': '2' }, 'Text'))
  commits.push(commitFiles(folder, { 'in/deep/c.yaml': '2', 'a.yaml': '2' }, 'Two'))
  rmSync(join(folder, 'in/deep'), { recursive: true })
  commits.push(commitFiles(folder, { 'in/deep': 'now a file' }, 'A file for a folder'))
  runGit(folder, 'checkout', '--quiet', '-b', 'side')
  commitFiles(folder, { 'in/side.yaml': '1' }, 'Side one')
  commitFiles(folder, { 'in/side.yaml': '2' }, 'Side two')
  runGit(folder, 'checkout', '--quiet', 'main')
  rmSync(join(folder, 'in/deep'))
  commits.push(commitFiles(folder, { 'in/deep/e.yaml': '1' }, 'A folder for a file'))
  runGit(folder, 'merge', '--quiet', '--no-ff', '-m', 'Merge', 'side')
  commits.push(runGit(folder, 'rev-parse', 'HEAD'))
  rmSync(join(folder, 'in'), { recursive: true })
  commits.push(commitFiles(folder, {}, 'Nothing is left'))
})

afterAll(() => removeFolder(folder))

/** `PATH BEFORE AFTER` as `git diff-tree` has them. */
function askGit(before: string, after: string): readonly string[] {
  const none = '0'.repeat(40)
  const lines = runGit(folder, 'diff-tree', '-r', '--raw', '--no-abbrev', '--no-renames', before, after).split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, , was = none, is = none, , path = ''] = line.split(/[\s]+/)
      return `${path} ${was === none ? null : was} ${is === none ? null : is}`
    })
    .sort()
}

const isYaml = (name: string): boolean => name.endsWith('.yaml')

describe('two trees', () => {
  it('differ in what git says, in both directions', async () => {
    const { objects } = openRepository(folder)
    for (const before of commits) {
      for (const after of commits) {
        const trees = { before: (await objects.readCommit(before)).tree, after: (await objects.readCommit(after)).tree }
        const found = await diffTrees(objects, trees, () => true)
        expect(found.map((change) => `${change.path} ${change.before} ${change.after}`)).toEqual(askGit(before, after))
      }
    }
  })
})

describe('the first-parent line', () => {
  it('has the commits that changed wanted files below a folder, the oldest first', async () => {
    const { objects } = openRepository(folder)
    const read = (inner: string) => readLineChanges(objects, { commit: commits.at(-1) ?? '', folder: inner }, isYaml)
    const shape = ({ commits: found }: Awaited<ReturnType<typeof read>>) =>
      found.map(({ commit, changes }) => `${commit.message}: ${changes.map(({ path }) => path).join(' ')}`)
    expect(shape(await read('in'))).toEqual([
      'First: b.yaml deep/c.yaml',
      'Two: deep/c.yaml',
      'A file for a folder: deep/c.yaml',
      'A folder for a file: deep/e.yaml',
      'Merge: side.yaml',
      'Nothing is left: b.yaml deep/e.yaml side.yaml',
    ])
    expect(shape(await read('in/deep'))).toEqual([
      'First: c.yaml',
      'Two: c.yaml',
      'A file for a folder: c.yaml',
      'A folder for a file: e.yaml',
      'Nothing is left: e.yaml',
    ])
    expect((await read('')).whole).toBe(true)
    expect((await read('nowhere')).commits).toEqual([])
  })

  it('of a shallow clone is not whole', async () => {
    const clone = join(temporaryFolder(), 'shallow')
    runGit(folder, 'clone', '--quiet', '--depth', '2', `file://${folder}`, clone)
    const { commits: found, whole } = await readLineChanges(
      openRepository(clone).objects,
      { commit: commits.at(-1) ?? '', folder: '' },
      isYaml,
    )
    removeFolder(join(clone, '..'))
    expect([whole, found.map(({ commit }) => commit.message)]).toEqual([false, ['Merge', 'Nothing is left']])
  })
})
