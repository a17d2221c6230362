/** Working trees and commits as the commands read them, on real repositories. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import { readManifests } from '../../../reconciler/cli/manifests/read-manifests.ts'
import {
  commitFiles,
  createRepository,
  importFiles,
  modelManifest,
  projectManifest,
  removeFolder,
  runGit,
} from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

const project = projectManifest
let folder: string
let first: string

beforeAll(() => {
  folder = createRepository()
  first = commitFiles(folder, { 'inner/mainward.yaml': project, 'inner/old.yaml': modelManifest('old') }, 'First')
  runGit(folder, 'tag', '-a', 'v1', '-m', 'One')
  rmSync(join(folder, 'inner/old.yaml'))
  commitFiles(folder, { 'inner/new.yaml': modelManifest('new') }, 'Second')
  commitFiles(folder, { 'inner/new.yaml': modelManifest('new').replace('regression', 'nonsense') }, 'Third')
})

afterAll(() => removeFolder(folder))

async function models(ref: string | null): Promise<readonly string[]> {
  const { contents } = await readManifests(join(folder, 'inner'), ref)
  return contents.files.map(({ path }) => path)
}

describe('a commit', () => {
  it.each(['v1', 'HEAD~2', 'main~2', 'refs/tags/v1'])('is read by the name %s', async (ref) => {
    expect(await models(ref)).toEqual(['mainward.yaml', 'old.yaml'])
  })

  it('is read by its id and by the first digits of it, loose and packed', async () => {
    expect(await models(first)).toEqual(['mainward.yaml', 'old.yaml'])
    expect(await models(first.slice(0, 7))).toEqual(['mainward.yaml', 'old.yaml'])
    runGit(folder, 'gc', '--quiet')
    expect(await models(first.slice(0, 7))).toEqual(['mainward.yaml', 'old.yaml'])
    expect(await models('HEAD')).toEqual(['mainward.yaml', 'new.yaml'])
  })

  it('says what was read, and gives its texts', async () => {
    const source = await readManifests(join(folder, 'inner'), 'v1')
    expect(source.origin).toBe(`v1 (commit ${first.slice(0, 12)})`)
    expect(source.commit?.id).toBe(first)
    expect(await source.readText('old.yaml')).toBe(modelManifest('old'))
  })

  it('is what validate and show look at', async () => {
    const inner = join(folder, 'inner')
    expect(await runCommand(inner, ['validate', '--ref', 'main'])).toMatchObject({ code: 1 })
    expect(await runCommand(inner, ['validate', '--ref', 'HEAD~1'])).toMatchObject({ code: 0 })
    expect((await runCommand(inner, ['show', 'Model/old', '--ref', 'v1'])).output).toMatch(/^# old\.yaml:1\n/)
  })

  it('may have a folder that the working tree has no longer', async () => {
    const other = createRepository()
    commitFiles(other, { 'gone/mainward.yaml': project })
    rmSync(join(other, 'gone'), { recursive: true })
    const { code, errors } = await runCommand(other, ['validate', 'gone', '--ref', 'HEAD'])
    removeFolder(other)
    expect([code, errors]).toEqual([0, expect.stringMatching(/^HEAD \(commit \w{12}\), 1 manifest: 0 errors/)])
  })

  it.each([
    [['validate', '--ref', 'nowhere'], 'expected a branch, a tag or a commit id, found nowhere'],
    [['validate', '--ref', 'HEAD~99'], 'HEAD has only 3 commits, not 100'],
    [['validate', 'nothing', '--ref', 'HEAD'], 'expected the folder nothing in HEAD, found none'],
  ])('is named wrongly by %j', async (argv, message) => {
    const { code, errors } = await runCommand(folder, argv)
    expect([code, errors]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('a working tree', () => {
  it('is read without repositories within, hidden folders and the state folder', async () => {
    const tree = createRepository()
    commitFiles(tree, { 'mainward.yaml': project, 'a.yaml': modelManifest('a') })
    createRepository(join(tree, 'within'))
    for (const inner of ['within', '.mainward', 'node_modules/x']) {
      mkdirSync(join(tree, inner), { recursive: true })
      writeFileSync(join(tree, inner, 'b.yaml'), modelManifest('b'))
    }
    const { contents } = await readManifests(tree, null)
    removeFolder(tree)
    expect(contents.files.map(({ path }) => path)).toEqual(['a.yaml', 'mainward.yaml'])
  })

  it('of 10,000 files opens few at once, and all findings leave through a pipe', () => {
    const tree = createRepository()
    const files = new Map<string, string>([['mainward.yaml', project]])
    for (let index = 0; index < 8_000; index += 1) files.set(`data/${index % 200}/${index}.txt`, '')
    for (let index = 0; index < 2_000; index += 1) files.set(`models/${index}.yaml`, modelManifest(`m${index}`))
    importFiles(tree, files)
    runGit(tree, 'checkout', '--quiet', '--force', 'main')
    const limited = `ulimit -n 120; exec "${process.execPath}" ${builtFile('main.js')} validate --format json "${tree}"`
    const text = execFileSync('sh', ['-c', limited], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    removeFolder(tree)
    expect((JSON.parse(text) as { note: string }).note).toContain('2001 manifests')
  }, 120_000)
})
