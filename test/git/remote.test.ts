import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { TreeReader } from '../../reconciler/git/list-files.ts'
import { readFirstParents } from '../../reconciler/git/read-history.ts'
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

const limits = { connectMs: 500, idleMs: 500, totalMs: 2000, maximumBytes: 2 ** 20 }
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

interface Place {
  readonly source: string
  readonly bare: string
  readonly server: GitServer
  readonly cacheFolder: string
  readonly open: (token?: string) => Remote
  readonly push: (...options: string[]) => void
}

async function createPlace(): Promise<Place> {
  const source = createRepository()
  commitFiles(source, { 'a.yaml': 'a', 'deep/b.yaml': 'b' })
  const bare = createBareClone(source)
  const server = await serveGit(bare)
  const cacheFolder = temporaryFolder()
  cleanups.push(() => server.stop(), () => removeFolder(source), () => removeFolder(cacheFolder)) // prettier-ignore
  return {
    source,
    bare,
    server,
    cacheFolder,
    open: (token) => new Remote({ url: server.url, token: token ?? null, cacheFolder, limits }),
    push: (...options) => runGit(source, 'push', '--quiet', ...options, bare, 'main'),
  }
}

async function listPaths(remote: Remote, commit: string): Promise<string[]> {
  const { tree } = await remote.objects.readCommit(commit)
  const files = await new TreeReader(remote.objects).listFiles(tree, () => true)
  for (const { oid } of files) await remote.objects.readBlob(oid)
  return files.map(({ path }) => path)
}

/** Objects in packs, by git itself. */
function objectCount(remote: Remote): number {
  return Number(/^in-pack: (\d+)/m.exec(runGit(remote.objects.gitdir, 'count-objects', '-v'))?.[1])
}

function packCount(cacheFolder: string): number {
  const clone = readdirSync(cacheFolder)[0] ?? ''
  return readdirSync(join(cacheFolder, clone, 'objects/pack')).filter((name) => name.endsWith('.idx')).length
}

describe('a remote', () => {
  it('is fetched, then asked with two small requests while nothing changes, also by the next process', async () => {
    const { source, server, open } = await createPlace()
    const remote = open()
    const head = await remote.readBranch('main')
    expect(head).toBe(runGit(source, 'rev-parse', 'main'))
    expect(await listPaths(remote, head ?? '')).toEqual(['a.yaml', 'deep/b.yaml'])
    server.requests.length = 0
    expect(await remote.readBranch('main')).toBe(head)
    expect(await open().readBranch('main')).toBe(head)
    const once = ['GET /remote.git/info/refs?service=git-upload-pack', 'POST /remote.git/git-upload-pack']
    expect(server.requests).toEqual([...once, ...once])
  })

  it('is fetched incrementally and through force-pushes', async () => {
    const { source, cacheFolder, push, open } = await createPlace()
    for (let index = 0; index < 60; index += 1) commitFiles(source, { 'a.yaml': String(index) }, `Commit ${index}`)
    push()
    const remote = open()
    const first = await remote.readBranch('main')
    expect(await readFirstParents(remote.objects, first ?? '', 200)).toHaveLength(50)
    commitFiles(source, { 'c.yaml': 'c' })
    push()
    const second = await remote.readBranch('main')
    expect(await listPaths(remote, second ?? '')).toEqual(['a.yaml', 'c.yaml', 'deep/b.yaml'])
    expect(packCount(cacheFolder)).toBe(2)
    runGit(source, 'reset', '--quiet', '--hard', 'HEAD~5')
    const third = commitFiles(source, { 'forced.yaml': 'f' })
    push('--force')
    expect(await remote.readBranch('main')).toBe(third)
    expect(await listPaths(remote, third)).toEqual(['a.yaml', 'deep/b.yaml', 'forced.yaml'])
    runGit(source, 'checkout', '--quiet', '--orphan', 'fresh')
    runGit(source, 'rm', '-rfq', '.')
    const fourth = commitFiles(source, { 'only.yaml': 'o' })
    runGit(source, 'branch', '-M', 'main')
    push('--force')
    expect(await remote.readBranch('main')).toBe(fourth)
    expect(await listPaths(remote, fourth)).toEqual(['only.yaml'])
  })

  it.each(['truncate', 'cut', 'hang', 'stall', 500] as const)('recovers from: %s', async (how) => {
    const { source, server, push, open } = await createPlace()
    const remote = open()
    await remote.readBranch('main')
    const head = commitFiles(source, { 'c.yaml': 'c'.repeat(5000), 'd/e.yaml': 'e' })
    push()
    server.behave(how)
    const expected = {
      hang: 'timeout',
      stall: 'timeout',
      truncate: 'git-protocol',
      cut: 'git-unreachable',
      500: 'git-unreachable',
    }
    await expect(remote.readBranch('main')).rejects.toMatchObject({ code: expected[how], retry: 'backoff' })
    server.behave('none')
    expect(await open().readBranch('main')).toBe(head)
    expect(await remote.readBranch('main')).toBe(head)
    expect(await listPaths(remote, head)).toEqual(['a.yaml', 'c.yaml', 'd/e.yaml', 'deep/b.yaml'])
  })

  it.each(['truncate', 'cut'] as const)('recovers from a first fetch that meets: %s', async (how) => {
    const { source, server, open } = await createPlace()
    server.behave(how)
    await expect(open().readBranch('main')).rejects.toMatchObject({ retry: 'backoff' })
    server.behave('none')
    const head = await open().readBranch('main')
    expect(head).toBe(runGit(source, 'rev-parse', 'main'))
    expect(await listPaths(open(), head ?? '')).toEqual(['a.yaml', 'deep/b.yaml'])
  })

  it('says that it is down', async () => {
    const { server, open } = await createPlace()
    await server.stop()
    await expect(open().readBranch('main')).rejects.toMatchObject({ code: 'git-unreachable', retry: 'backoff' })
  })

  it('sends the token, and names no secret when it is refused', async () => {
    const { server, open } = await createPlace()
    server.requireToken('s3cret')
    expect(await open('s3cret').readBranch('main')).toHaveLength(40)
    const inUrl = server.url.replace('http://', 'http://x-access-token:s3cret@')
    expect(await new Remote({ url: inUrl, token: null, cacheFolder: temporaryFolder(), limits }).readBranch('main')).toHaveLength(
      40,
    )
    const refused = open('wr0ng').readBranch('main')
    await expect(refused).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(refused).rejects.not.toThrow(/wr0ng/)
  })

  it('reads the token anew for every request, and names the file that has none', async () => {
    const { server, cacheFolder } = await createPlace()
    const tokenFile = join(cacheFolder, 'token')
    const remote = new Remote({ url: server.url, token: null, tokenFile, cacheFolder, limits })
    server.requireToken('first')
    await expect(remote.readBranch('main')).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('no file') as unknown,
    })
    writeFileSync(tokenFile, 'first\n')
    expect(await remote.readBranch('main')).toHaveLength(40)
    server.requireToken('second')
    await expect(remote.readBranch('main')).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('HTTP 401') as unknown,
    })
    writeFileSync(tokenFile, 'second\n')
    expect(await remote.readBranch('main')).toHaveLength(40)
  })

  it('transfers only what is new', async () => {
    const { source, bare, push, open } = await createPlace()
    for (let index = 0; index < 80; index += 1) commitFiles(source, { [`f${index}`]: `${index}` }, `Commit ${index}`)
    push()
    const remote = open()
    await remote.readBranch('main')
    const before = objectCount(remote)
    commitFiles(source, { 'deep/c.yaml': 'c' })
    push()
    await remote.readBranch('main')
    expect(objectCount(remote) - before).toBe(4)
    expect(await remote.readBranch('other')).toBeNull()
    runGit(source, 'push', '--quiet', bare, 'main~1:refs/heads/other')
    const known = objectCount(remote)
    await remote.readBranch('other')
    expect(objectCount(remote)).toBe(known)
  })

  it('is read by two at once, each with a clone of its own', async () => {
    const { source, server, push } = await createPlace()
    const open = (): Remote => new Remote({ url: server.url, token: null, cacheFolder: temporaryFolder(), limits })
    const remotes = [open(), open()]
    for (let round = 0; round < 3; round += 1) {
      const head = commitFiles(source, { 'a.yaml': String(round) })
      push('--force')
      expect(await Promise.all(remotes.map((remote) => remote.readBranch('main')))).toEqual([head, head])
    }
  })

  it('keeps its clone whole when it is killed between the shallow file and the pack', async () => {
    const { source, push, open } = await createPlace()
    for (let index = 0; index < 60; index += 1) commitFiles(source, { 'a.yaml': String(index) })
    push()
    const remote = open()
    await remote.readBranch('main')
    const head = commitFiles(source, { 'c.yaml': 'c' })
    push()
    writeFileSync(join(remote.objects.gitdir, 'shallow'), `${runGit(source, 'rev-parse', 'main~49')}\n`)
    expect(await open().readBranch('main')).toBe(head)
    expect(await listPaths(open(), head)).toEqual(['a.yaml', 'c.yaml', 'deep/b.yaml'])
    expect((await readFirstParents(open().objects, head, 200)).length).toBeGreaterThanOrEqual(50)
    expect(runGit(remote.objects.gitdir, 'fsck', '--strict', '--no-dangling', head)).toBe('')
  })

  it('knows a missing branch, a missing repository and an empty one', async () => {
    const { server, open } = await createPlace()
    expect(await open().readBranch('other')).toBeNull()
    const missing = new Remote({ url: `${server.url}x`, token: null, cacheFolder: temporaryFolder(), limits })
    await expect(missing.readBranch('main')).rejects.toMatchObject({ code: 'not-found' })
    const empty = createBareClone(createRepository())
    const emptyServer = await serveGit(empty)
    cleanups.push(() => emptyServer.stop())
    const remote = new Remote({ url: emptyServer.url, token: null, cacheFolder: temporaryFolder(), limits })
    expect(await remote.readBranch('main')).toBeNull()
  })

  it.each(['git@github.com:a/b.git', 'ssh://host/a', 'file:///x', 'nonsense'])('refuses the URL %s', (url) => {
    expect(() => new Remote({ url, token: null, cacheFolder: '/nowhere' })).toThrow(/http/)
  })
})
