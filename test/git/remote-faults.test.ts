import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { HttpLimits } from '../../reconciler/git/http-client.ts'
import { Remote } from '../../reconciler/git/remote.ts'
import { serveGit, type GitServer, type Misbehaviour } from '../support/git-http-server.ts'
import {
  commitFiles,
  createBareClone,
  createRepository,
  removeFolder,
  runGit,
  temporaryFolder,
} from '../support/git-repositories.ts'

const limits: HttpLimits = { connectMs: 1000, idleMs: 1000, totalMs: 3000, maximumBytes: 2 ** 20 }
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

interface Place {
  readonly commit: string
  readonly server: GitServer
  readonly open: (url: string, token?: string) => Remote
}

async function createPlace(): Promise<Place> {
  const source = createRepository()
  const commit = commitFiles(source, { 'a.yaml': 'a'.repeat(3000), 'deep/b.yaml': 'b' })
  const bare = createBareClone(source)
  const server = await serveGit(bare)
  const cacheFolder = temporaryFolder()
  cleanups.push(() => server.stop(), ...[source, bare, cacheFolder].map((folder) => () => removeFolder(folder)))
  return { commit, server, open: (url, token) => new Remote({ url, token: token ?? null, cacheFolder, limits }) }
}

async function measureMs(action: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await action
  return performance.now() - start
}

describe('a remote that misbehaves', () => {
  const cases: [Misbehaviour, string][] = [
    ['hang', 'timeout'],
    ['stall', 'timeout'],
    ['drip', 'timeout'],
    ['truncate', 'git-protocol'],
    ['flip', 'git-protocol'],
    ['garbage', 'git-protocol'],
    ['flood', 'unsupported'],
    ['cut', 'git-unreachable'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'not-found'],
    [429, 'git-unreachable'],
    [500, 'git-unreachable'],
    [503, 'git-unreachable'],
  ]
  it.each(cases)('is reported within its limits and read once it is well again: %s', async (how, code) => {
    const { commit, server, open } = await createPlace()
    server.behave(how)
    const took = await measureMs(expect(open(server.url, 'secret').readBranch('main')).rejects.toMatchObject({ code }))
    expect(took).toBeLessThan(limits.totalMs + 1500)
    server.behave('none')
    const remote = open(server.url)
    expect(await remote.readBranch('main')).toBe(commit)
    expect(runGit(remote.objects.gitdir, 'fsck', '--strict', commit)).toBe('')
  })

  it('is given up when it never finishes the TLS handshake', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    cleanups.push(() => silent.close())
    const { port } = silent.address() as AddressInfo
    const { open } = await createPlace()
    const took = await measureMs(
      expect(open(`https://127.0.0.1:${port}/x.git`).readBranch('main')).rejects.toMatchObject({ code: 'timeout' }),
    )
    expect(took).toBeLessThan(limits.totalMs)
  })
})

describe('a redirect', () => {
  it('is followed on the same host', async () => {
    const { commit, server, open } = await createPlace()
    const old = await serveGit('/nowhere/remote.git')
    cleanups.push(() => old.stop())
    old.redirectTo(new URL(server.url).origin)
    expect(await open(old.url).readBranch('main')).toBe(commit)
  })

  it('carries the token to no other port', async () => {
    const { server, open } = await createPlace()
    const old = await serveGit('/nowhere/remote.git')
    cleanups.push(() => old.stop())
    old.redirectTo(new URL(server.url).origin)
    await open(old.url, 'secret').readBranch('main')
    expect(old.authorizations.every((value) => value?.startsWith('Basic ') === true)).toBe(true)
    expect(server.authorizations.length).toBeGreaterThan(0)
    expect(server.authorizations.every((value) => value === undefined)).toBe(true)
  })

  it('to another host is refused before anything is sent there', async () => {
    const { server, open } = await createPlace()
    const { port } = new URL(server.url)
    const old = await serveGit('/nowhere/remote.git')
    cleanups.push(() => old.stop())
    old.redirectTo(`http://localhost:${port}`)
    await expect(open(old.url, 'secret').readBranch('main')).rejects.toThrow(`it redirects to http://localhost:${port}`)
    expect(server.requests).toEqual([])
  })

  it('in a circle ends', async () => {
    const { open } = await createPlace()
    const circle = await serveGit('/nowhere/remote.git')
    cleanups.push(() => circle.stop())
    circle.redirectTo(new URL(circle.url).origin)
    await expect(open(circle.url).readBranch('main')).rejects.toThrow('it redirects in a circle')
    expect(circle.requests).toHaveLength(6)
  })
})
