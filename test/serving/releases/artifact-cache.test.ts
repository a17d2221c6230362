/** The kept model files of a replica: on a real disk, with a store that goes away. */
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { digestBytes } from '../../../reconciler/core/digest.ts'
import { ArtifactCache } from '../../../reconciler/serving/releases/artifact-cache.ts'

const origin = openArtifactStore()
const [one, two] = [Buffer.from('one'), Buffer.from('two')]
const [oneSha, twoSha] = [sha256Of(one), sha256Of(two)]
let place: string
let store: string
let folder: string
let lines: string[]

function sha256Of(bytes: Uint8Array): string {
  return digestBytes(bytes).slice('sha256:'.length)
}

function open(inFolder = folder): ArtifactCache {
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    lines.push((JSON.parse(chunk.toString()) as { msg: string }).msg)
    done()
  }
  return new ArtifactCache({ folder: inFolder, origin, log: pino({}, new Writable({ write })) })
}

async function loseStore(): Promise<void> {
  await rm(join(place, 'store'), { recursive: true })
}

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'mainward-cache-'))
  store = `folder:${join(place, 'store')}`
  folder = join(place, 'serving', 'artifacts')
  lines = []
  for (const bytes of [one, two]) await origin.put(store, sha256Of(bytes), bytes)
})

afterEach(async () => {
  await rm(place, { recursive: true, force: true })
})

describe('kept model files', () => {
  it('are read without their store, by another process too', async () => {
    expect(Buffer.from(await open().read(store, oneSha))).toEqual(one)
    await loseStore()
    expect(Buffer.from(await open().read(store, oneSha))).toEqual(one)
    await expect(open().read(store, twoSha)).rejects.toMatchObject({ code: 'artifact-missing' })
    expect(lines).toEqual([])
  })

  it.each([
    ['cut', () => truncate(join(folder, oneSha), 1)],
    ['changed', () => writeFile(join(folder, oneSha), 'eno')],
  ])('that were %s are read from the store again, and kept again', async (_how, damage) => {
    await open().read(store, oneSha)
    await damage()
    expect(Buffer.from(await open().read(store, oneSha))).toEqual(one)
    expect(lines).toEqual(['a kept model file is not what was kept: it is read from the store again'])
    await loseStore()
    expect(Buffer.from(await open().read(store, oneSha))).toEqual(one)
  })

  it('are never bytes of another digest, which the caller gets to refuse', async () => {
    await writeFile(join(place, 'store', 'sha256', oneSha), two)
    expect(Buffer.from(await open().read(store, oneSha))).toEqual(two)
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('are removed when nothing needs them, with what a killed process left half-written', async () => {
    const cache = open()
    await cache.read(store, oneSha)
    await cache.read(store, twoSha)
    await writeFile(join(folder, `${oneSha}.1.tmp`), 'o')
    await cache.prune(() => new Set([twoSha]))
    expect(await readdir(folder)).toEqual([twoSha])
  })

  it('stay when they are read while others are removed', async () => {
    const cache = open()
    const needed = new Set<string>()
    await cache.read(store, oneSha)
    const pruned = cache.prune(() => needed)
    needed.add(oneSha)
    await Promise.all([cache.read(store, oneSha), pruned])
    expect(await readdir(folder)).toEqual([oneSha])
  })

  it('are answered from the store when the disk refuses them, and the log says what that means', async () => {
    await writeFile(join(place, 'serving'), 'a file where the folder should be')
    expect(Buffer.from(await open().read(store, oneSha))).toEqual(one)
    expect(lines).toEqual([
      'a kept model file can not be read: it is read from the store again',
      'a model file could not be kept: without its store this replica can not start again',
    ])
  })
})
