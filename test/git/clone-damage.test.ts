import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { hasWholePacks } from '../../reconciler/git/clone-folder.ts'
import { TreeReader } from '../../reconciler/git/list-files.ts'
import { Remote } from '../../reconciler/git/remote.ts'
import { serveGit, type GitServer } from '../support/git-http-server.ts'
import {
  commitFiles,
  createBareClone,
  createRepository,
  removeFolder,
  runGit,
  temporaryFolder,
} from '../support/git-repositories.ts'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

interface Place {
  readonly source: string
  readonly server: GitServer
  readonly open: () => Remote
  readonly push: () => void
}

async function createPlace(): Promise<Place> {
  const source = createRepository()
  for (let round = 0; round < 5; round += 1) commitFiles(source, { [`d${round}/a.yaml`]: randomBytes(400).toString('hex') })
  const bare = createBareClone(source)
  const server = await serveGit(bare)
  const cacheFolder = temporaryFolder()
  cleanups.push(() => server.stop(), ...[source, bare, cacheFolder].map((folder) => () => removeFolder(folder)))
  return {
    source,
    server,
    open: () => new Remote({ url: server.url, token: null, cacheFolder }),
    push: () => runGit(source, 'push', '--quiet', bare, 'main'),
  }
}

/** Reads every file of the branch as a pass does: head, then its contents. */
async function readAll(remote: Remote): Promise<number> {
  const head = (await remote.readBranch('main')) ?? ''
  const { tree } = await remote.objects.readCommit(head)
  const files = await new TreeReader(remote.objects).listFiles(tree, () => true)
  for (const { oid } of files) await remote.objects.readBlob(oid)
  return files.length
}

/** The same, as often as a pass that failed is tried again. */
async function readEventually(remote: Remote): Promise<{ readonly files: number; readonly failures: number }> {
  for (let failures = 0; failures < 3; failures += 1) {
    try {
      return { files: await readAll(remote), failures }
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'git-protocol', retry: 'backoff' })
      remote.objects.forget()
    }
  }
  throw new Error('the clone was never made anew')
}

function packFiles(gitdir: string, ending: string): string[] {
  const folder = join(gitdir, 'objects/pack')
  return readdirSync(folder).filter((name) => name.endsWith(ending)).map((name) => join(folder, name)) // prettier-ignore
}

function change(path: string, action: (bytes: Buffer) => Buffer): void {
  chmodSync(path, 0o644)
  writeFileSync(path, action(readFileSync(path)))
}

function flipAt(part: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const at = Math.floor((bytes.length - 1) * part)
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
    return bytes
  }
}

describe('a clone that is damaged', () => {
  const parts = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]
  it.each([
    ...parts.map((part) => [`pack, byte at ${part}`, '.pack', flipAt(part)] as const),
    ...parts.map((part) => [`index, byte at ${part}`, '.idx', flipAt(part)] as const),
    ['pack cut off', '.pack', (bytes: Buffer) => bytes.subarray(0, 300)] as const,
    ['pack empty', '.pack', () => Buffer.alloc(0)] as const,
    ['index cut off', '.idx', (bytes: Buffer) => bytes.subarray(0, 1100)] as const,
    ['index empty', '.idx', () => Buffer.alloc(0)] as const,
  ])('is made anew at most one failure later: %s', async (_, ending, damage) => {
    const { source, open, push } = await createPlace()
    const { gitdir } = open().objects
    expect(await readAll(open())).toBe(5)
    for (const path of packFiles(gitdir, ending)) change(path, damage)
    const same = await readEventually(open())
    expect(same.files).toBe(5)
    expect(same.failures).toBeLessThanOrEqual(1)
    commitFiles(source, { 'e/new.yaml': 'e' })
    push()
    const next = await readEventually(open())
    expect(next.files).toBe(6)
    expect(next.failures).toBeLessThanOrEqual(1)
  })

  it('is made anew, too, when the damage is met while a commit is fetched', async () => {
    for (const [ending, part] of [
      ['.idx', 0.5],
      ['.pack', 0.5],
    ] as const) {
      // prettier-ignore
      const { source, open, push } = await createPlace()
      const remote = open()
      await readAll(remote)
      for (const path of packFiles(remote.objects.gitdir, ending)) change(path, flipAt(part))
      expect(hasWholePacks(remote.objects.gitdir)).toBe(false)
      commitFiles(source, { 'e/new.yaml': 'e' })
      push()
      expect((await readEventually(remote)).files).toBe(6)
      commitFiles(source, { 'f/new.yaml': 'f' })
      push()
      expect((await readEventually(open())).files).toBe(7)
    }
  })

  it.each([
    ['everything', (gitdir: string) => rmSync(gitdir, { recursive: true })],
    ['the packs', (gitdir: string) => packFiles(gitdir, '.pack').forEach((path) => rmSync(path))],
    ['the indexes', (gitdir: string) => packFiles(gitdir, '.idx').forEach((path) => rmSync(path))],
    ['HEAD', (gitdir: string) => rmSync(join(gitdir, 'HEAD'))],
    ['the configuration', (gitdir: string) => truncateSync(join(gitdir, 'config'), 0)],
    ['the refs', (gitdir: string) => rmSync(join(gitdir, 'refs'), { recursive: true })],
    ['the shallow file', (gitdir: string) => rmSync(join(gitdir, 'shallow'), { force: true })],
    ['the content of the ref', (gitdir: string) => truncateSync(join(gitdir, 'refs/remotes/origin/main'), 10)],
  ])('is made anew when a person removed %s, in the same process and in the next', async (_, remove) => {
    const { source, open, push } = await createPlace()
    const remote = open()
    expect(await readAll(remote)).toBe(5)
    remove(remote.objects.gitdir)
    expect((await readEventually(remote)).files).toBe(5)
    commitFiles(source, { 'e/new.yaml': 'e' })
    push()
    expect((await readEventually(remote)).files).toBe(6)
    expect((await readEventually(open())).files).toBe(6)
  })

  it('is not thrown away because the server is', async () => {
    const { server, source, open, push } = await createPlace()
    const remote = open()
    await readAll(remote)
    const before = packFiles(remote.objects.gitdir, '.pack')
    commitFiles(source, { 'e/new.yaml': randomBytes(3000).toString('hex') })
    push()
    for (const how of ['truncate', 'flip', 'garbage', 'cut', 500] as const) {
      server.behave(how)
      await expect(remote.readBranch('main')).rejects.toMatchObject({ retry: 'backoff' })
      expect(packFiles(remote.objects.gitdir, '.pack')).toEqual(before)
    }
  })
})
