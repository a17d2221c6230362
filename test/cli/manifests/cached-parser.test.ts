/** What commands remember of parsed manifests: it is used, it lies where no commit can write, and nothing depends on it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCachedParser } from '../../../reconciler/cli/manifests/cached-parser.ts'
import { readManifests } from '../../../reconciler/cli/manifests/read-manifests.ts'
import {
  commitFiles,
  createRepository,
  modelManifest,
  projectManifest,
  removeFolder,
  runGit,
} from '../../support/git-repositories.ts'

let folder: string

beforeEach(() => {
  folder = createRepository()
  commitFiles(folder, { 'inner/mainward.yaml': projectManifest, 'inner/a.yaml': modelManifest('a') }, 'First')
})

afterEach(() => removeFolder(folder))

function remembered(): string {
  const place = join(folder, '.git/mainward/parsed')
  return join(place, readdirSync(place).find((name) => name.startsWith('parsed-')) ?? '')
}

async function names(ref: string | null = null): Promise<readonly (string | null)[]> {
  const { contents } = await readManifests(join(folder, 'inner'), ref)
  return contents.files.flatMap(({ parsed }) => parsed.documents.map(({ name }) => name))
}

it('remembers in the git folder what working trees and commits gave, and gives the same again', async () => {
  const first = await readManifests(join(folder, 'inner'), null)
  const size = statSync(remembered()).size
  const time = new Date('2020-01-01')
  utimesSync(remembered(), time, time)
  expect((await readManifests(join(folder, 'inner'), null)).contents).toEqual(first.contents)
  expect((await readManifests(join(folder, 'inner'), 'main')).contents.files).toEqual(first.contents.files)
  expect([statSync(remembered()).size, statSync(remembered()).mtime]).toEqual([size, time])
  expect(runGit(folder, 'status', '--porcelain')).toBe('')
})

it('parses what was changed, and what was damaged', async () => {
  expect(await names()).toContain('a')
  writeFileSync(join(folder, 'inner/a.yaml'), modelManifest('b'))
  expect(await names()).toContain('b')
  expect(await names('main')).toContain('a')
  writeFileSync(remembered(), readFileSync(remembered(), 'utf8').replaceAll('"name":"b"', '"name":"x"'))
  expect(await names()).toContain('b')
  rmSync(join(folder, '.git/mainward'), { recursive: true })
  expect(await names()).toContain('b')
})

it('believes nothing that lies in the working tree', async () => {
  await names()
  const forged = readFileSync(remembered(), 'utf8')
  rmSync(join(folder, '.git/mainward'), { recursive: true })
  for (const place of ['.mainward/train/parsed', 'mainward/parsed', 'inner/mainward/parsed', 'inner/.mainward/train/parsed']) {
    mkdirSync(join(folder, place), { recursive: true })
    writeFileSync(join(folder, place, 'parsed-0000000000000000.jsonl'), forged)
  }
  await names()
  expect(readFileSync(join(folder, '.mainward/train/parsed/parsed-0000000000000000.jsonl'), 'utf8')).toBe(forged)
  expect(existsSync(remembered())).toBe(true)
})

it('serves all work trees of a repository, and needs none', async () => {
  await names()
  const size = statSync(remembered()).size
  const tree = join(folder, '..', `${folder.split('/').at(-1) ?? ''}-tree`)
  runGit(folder, 'worktree', 'add', '--quiet', tree)
  try {
    expect((await readManifests(join(tree, 'inner'), null)).contents.files).toHaveLength(2)
    expect(statSync(remembered()).size).toBe(size)
  } finally {
    removeFolder(tree)
  }
  const outside = join(folder, '..', `${folder.split('/').at(-1) ?? ''}-outside`)
  mkdirSync(outside)
  try {
    expect(openCachedParser(outside).parse(Buffer.from(modelManifest('c'))).documents[0]?.name).toBe('c')
    expect(readdirSync(outside)).toEqual([])
  } finally {
    removeFolder(outside)
  }
})

it('reads where nothing can be kept: here a file stands where the folder should be', async () => {
  for (const blocked of ['.git/mainward', '.git/mainward/parsed']) {
    rmSync(join(folder, '.git/mainward'), { recursive: true, force: true })
    mkdirSync(dirname(join(folder, blocked)), { recursive: true })
    writeFileSync(join(folder, blocked), 'in the way')
    expect(await names()).toContain('a')
    expect(readFileSync(join(folder, blocked), 'utf8')).toBe('in the way')
  }
})
