import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import { createSourceClient, type SourceClient } from '../../../reconciler/reconcile/source/source-client.ts'
import type { SourceSettings } from '../../../reconciler/reconcile/source/source-messages.ts'
import { serveGit, type GitServer } from '../../support/git-http-server.ts'
import {
  commitFiles,
  createBareClone,
  createRepository,
  importFiles,
  modelManifest,
  projectManifest,
  removeFolder,
  runGit,
  temporaryFolder,
} from '../../support/git-repositories.ts'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function folderOf(create: () => string): string {
  const folder = create()
  cleanups.push(() => removeFolder(folder))
  return folder
}

function settingsOf(repository: string): SourceSettings {
  return { repository, branch: 'main', path: '', token: null, cacheFolder: folderOf(temporaryFolder) }
}

function open(settings: SourceSettings): SourceClient {
  const client = createSourceClient(settings)
  cleanups.push(() => client.stop())
  return client
}

function alive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

function largeRepository(manifests: number): { readonly folder: string; readonly commit: string } {
  const folder = folderOf(createRepository)
  const files = new Map([['mainward.yaml', projectManifest]])
  for (let index = 0; index < manifests; index += 1) {
    files.set(`models/${index % 50}/m${index}.yaml`, modelManifest(`model-${index}`, `Number ${index}`))
  }
  return { folder, commit: importFiles(folder, files) }
}

/** A call that a kill may still hit is made once more. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'unavailable', retry: 'backoff' })
    return call()
  }
}

interface RemotePlace {
  readonly source: string
  readonly bare: string
  readonly server: GitServer
}

async function remotePlace(files: number): Promise<RemotePlace> {
  const { folder: source } = largeRepository(files)
  const bare = createBareClone(source)
  const server = await serveGit(bare)
  cleanups.push(() => server.stop())
  runGit(source, 'reset', '--quiet', '--hard')
  return { source, bare, server }
}

describe('a source process that is killed', () => {
  it('fails the call that it was at, at any moment, and the next call gives the whole answer', async () => {
    const { folder, commit } = largeRepository(400)
    const outcomes = new Set<string>()
    for (const afterMs of [0, 50, 120, 200, 350]) {
      const client = open(settingsOf(folder))
      await client.fetchHead()
      const reading = client.readCommit(commit).then(
        () => 'read',
        (thrown: { code?: string; retry?: string }) => `${thrown.code} ${thrown.retry}`,
      )
      await sleep(afterMs)
      process.kill(client.pid() ?? 0, 'SIGKILL')
      outcomes.add(await reading)
      expect((await insist(() => client.readCommit(commit))).resources).toHaveLength(401)
    }
    expect(outcomes).toContain('unavailable backoff')
    expect([...outcomes].every((outcome) => outcome === 'read' || outcome === 'unavailable backoff')).toBe(true)
  })

  it('leaves a clone that the next one can use, whatever it was fetching', async () => {
    const { source, bare, server } = await remotePlace(300)
    const settings = settingsOf(server.url)
    const client = open(settings)
    await client.fetchHead()
    for (const afterMs of [5, 15, 30, 50, 80, 120]) {
      const head = commitFiles(source, {
        'models/new.yaml': modelManifest(`new-${afterMs}`),
        [`src/${afterMs}`]: 'x'.repeat(50_000),
      })
      runGit(source, 'push', '--quiet', bare, 'main')
      const fetching = client.fetchHead().catch((thrown: { code?: string }) => thrown.code)
      await sleep(afterMs)
      const pid = client.pid()
      if (pid !== null) process.kill(pid, 'SIGKILL')
      expect([head, 'unavailable']).toContain(await fetching)
      expect(await insist(() => client.fetchHead())).toBe(head)
      expect((await client.readCommit(head)).resources).toHaveLength(302)
      const clones = join(settings.cacheFolder, 'clones')
      expect(runGit(join(clones, readdirSync(clones)[0] ?? ''), 'fsck', '--strict', '--no-dangling', head)).toBe('')
    }
  })

  it('writes a history line once, whatever moment it died at', async () => {
    const folder = folderOf(createRepository)
    commitFiles(folder, { 'mainward.yaml': projectManifest })
    const client = open(settingsOf(folder))
    await client.fetchHead()
    const time = '2026-11-24T10:00:00.000Z'
    for (let line = 0; line < 8; line += 1) {
      const appending = client
        .appendLines({ environment: 'production', expectedCount: line, lines: [`line ${line}`], message: 'Note', time })
        .catch(() => null)
      await sleep(line)
      const pid = client.pid()
      if (pid !== null) process.kill(pid, 'SIGKILL')
      await appending
      await insist(() =>
        client.appendLines({ environment: 'production', expectedCount: line, lines: [`line ${line}`], message: 'Note', time }),
      )
    }
    expect(await insist(() => client.readLines('production'))).toEqual(Array.from({ length: 8 }, (_, line) => `line ${line}`))
    expect(runGit(folder, 'rev-list', '--count', 'mainward/history')).toBe('8')
    expect(runGit(folder, 'fsck', '--strict', '--no-dangling')).toBe('')
  })
})

describe('a control plane that is killed', () => {
  it('leaves no source process, also in the middle of a reading', async () => {
    const { folder, commit } = largeRepository(4000)
    const program = `import { createSourceClient } from ${JSON.stringify(builtFile('reconcile/source/source-client.js'))}
const client = createSourceClient(${JSON.stringify(settingsOf(folder))})
await client.fetchHead()
client.readCommit(${JSON.stringify(commit)}).then(() => console.log('read'))
setTimeout(() => console.log(client.pid()), 150)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const line = await new Promise<string>((resolve) => parent.stdout.once('data', (text: Buffer) => resolve(text.toString())))
    const pid = Number(line)
    expect(alive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => alive(pid), { timeout: 1000, interval: 20 }).toBe(false)
  })
})

/** The cache may be written to meanwhile: a folder that was empty has a file again. */
function removeInUse(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 })
}

describe('a cache folder that disappears', () => {
  it('is made again: parsed manifests of a local repository', async () => {
    const { folder, commit } = largeRepository(20)
    const settings = settingsOf(folder)
    const client = open(settings)
    await client.readCommit(commit)
    removeInUse(settings.cacheFolder)
    for (const name of ['one', 'two']) {
      const next = commitFiles(folder, { 'models/new.yaml': modelManifest(name) })
      expect((await client.readCommit(next)).resources.map(({ metadata }) => metadata.name)).toContain(name)
    }
    await client.fetchHead()
    const [file = ''] = readdirSync(join(settings.cacheFolder, 'parsed'))
    expect(
      readFileSync(join(settings.cacheFolder, 'parsed', file), 'utf8')
        .trim()
        .split('\n'),
    ).not.toHaveLength(0)
    expect((await client.readCommit(commit)).resources).toHaveLength(21)
    const again = open(settings)
    expect((await again.readCommit(commit)).resources).toHaveLength(21)
  })

  it('is fetched again in the same call: the clone of a remote', async () => {
    const { source, bare, server } = await remotePlace(20)
    const settings = settingsOf(server.url)
    const client = open(settings)
    const first = await client.fetchHead()
    removeInUse(settings.cacheFolder)
    expect((await client.readCommit(first)).resources).toHaveLength(21)
    removeInUse(settings.cacheFolder)
    expect(Buffer.from(await client.readFile(first, 'mainward.yaml')).toString()).toBe(projectManifest)
    removeInUse(settings.cacheFolder)
    expect(await client.firstParents(first, 5)).toHaveLength(1)
    removeInUse(settings.cacheFolder)
    await client.appendLines({
      environment: 'production',
      expectedCount: 0,
      lines: ['one'],
      message: 'Note',
      time: '2026-11-24T10:00:00.000Z',
    })
    removeInUse(settings.cacheFolder)
    await client.ensureTag('model@v1.0.0', first, 'Version 1')
    expect(runGit(bare, 'show', 'mainward/history:production.jsonl')).toBe('one')
    expect(runGit(bare, 'rev-parse', 'model@v1.0.0^{commit}')).toBe(first)
    const next = commitFiles(source, { 'models/new.yaml': modelManifest('new') })
    runGit(source, 'push', '--quiet', bare, 'main')
    expect(await client.fetchHead()).toBe(next)
    expect((await client.readCommit(next)).resources).toHaveLength(22)
  })
})

describe('a remote over TLS', () => {
  const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url))

  it('is read when its certificate is trusted, and refused with the way out when it is not', async () => {
    const { folder, commit } = largeRepository(3)
    const certificate = { key: readFileSync(fixture('key.pem')), cert: readFileSync(fixture('certificate.pem')) }
    const server = await serveGit(createBareClone(folder), certificate)
    cleanups.push(() => server.stop())
    await expect(open(settingsOf(server.url)).fetchHead()).rejects.toMatchObject({
      code: 'git-unreachable',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as unknown,
    })
    cleanups.push(() => vi.unstubAllEnvs())
    vi.stubEnv('NODE_EXTRA_CA_CERTS', fixture('certificate.pem'))
    const trusting = open({ ...settingsOf(server.url), token: 'secret' })
    expect(await trusting.fetchHead()).toBe(commit)
    expect((await trusting.readCommit(commit)).resources).toHaveLength(4)
    expect(server.authorizations.at(-1)).toMatch(/^Basic /)
  })
})
