/** Which data files of sources are there: in a commit and in a working tree. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openRepository } from '../../../reconciler/git/open-repository.ts'
import { sourceExample } from '../../../reconciler/manifests/rules/examples.ts'
import { readCommitContents, readWorkingTree } from '../../../reconciler/reconcile/source/read-contents.ts'
import { commitFiles, createRepository, projectManifest, removeFolder } from '../../support/git-repositories.ts'

const data = 'data/weather_hourly.parquet'
const folder = createRepository()

afterEach(() => removeFolder(folder))

describe('data files', () => {
  it('are looked for by name, and never read', async () => {
    const globbed = sourceExample.replace('weather_hourly }', 'all }').replace(data, 'data/*.parquet')
    const files = { 'mainward.yaml': projectManifest, 'one.yaml': sourceExample, 'all.yaml': globbed, [data]: 'PAR1' }
    const commit = commitFiles(folder, files, 'One')
    const tree = await readWorkingTree(folder)
    expect(tree.dataFiles).toEqual(new Set([data]))
    // What is described by its digest would have been read.
    expect(tree.artifacts.size).toBe(0)
    expect((await readCommitContents(openRepository(folder), commit, '')).dataFiles).toEqual(new Set([data]))

    rmSync(join(folder, data))
    expect((await readWorkingTree(folder)).dataFiles).toEqual(new Set())
    const empty = commitFiles(folder, {}, 'Two')
    expect((await readCommitContents(openRepository(folder), empty, '')).dataFiles).toEqual(new Set())
    writeFileSync(join(folder, data), 'PAR1')
    expect((await readWorkingTree(folder)).dataFiles).toEqual(new Set([data]))
  })
})

describe('a working tree', () => {
  it('is read while other programs remove folders from it', async () => {
    const folders = Array.from({ length: 400 }, (_, at) => join(folder, `made-${String(at).padStart(3, '0')}`))
    for (const path of folders) mkdirSync(path, { recursive: true })
    const reading = readWorkingTree(folder)
    // The names of all folders are known after the first look; the last are gone when their turn comes.
    for (const path of folders.reverse()) {
      await new Promise((resolve) => setImmediate(resolve))
      rmSync(path, { recursive: true, force: true })
    }
    expect((await reading).files).toEqual([])
  })
})
