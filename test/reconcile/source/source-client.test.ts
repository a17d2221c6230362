import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import { openRepository } from '../../../reconciler/git/open-repository.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import { createSourceClient, type SourceClient } from '../../../reconciler/reconcile/source/source-client.ts'
import { readCommitContents, readWorkingTree } from '../../../reconciler/reconcile/source/read-contents.ts'
import type { SourceSettings } from '../../../reconciler/reconcile/source/source-messages.ts'
import { soundFiles } from '../../manifests/commit-of.ts'
import { serveGit } from '../../support/git-http-server.ts'
import { watchLoop } from '../../support/loop-hold.mjs'
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
  writeFiles,
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

function settingsOf(repository: string, changes: Partial<SourceSettings> = {}): SourceSettings {
  return { repository, branch: 'main', path: '', token: null, cacheFolder: folderOf(temporaryFolder), ...changes }
}

function open(settings: SourceSettings, timeouts?: { remoteMs: number; readMs: number }): SourceClient {
  const client = createSourceClient(settings, timeouts)
  cleanups.push(() => client.stop())
  return client
}

/** What `readCommit` must return, by the plain in-process reader. */
async function expectedReading(folder: string, commit: string, path = ''): Promise<unknown> {
  const { resources, findings } = assembleCommit(await readCommitContents(openRepository(folder), commit, path), {
    mode: 'reconciled',
  })
  return JSON.parse(JSON.stringify({ resources, findings })) as unknown
}

function alive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

describe('reading commits in a process of its own', () => {
  it('gives what the manifests say, with the commit and the facts of model files', async () => {
    const folder = folderOf(createRepository)
    const model = Buffer.from('not really a model')
    const sha256 = createHash('sha256').update(model).digest('hex')
    const files = Object.fromEntries(
      Object.entries(soundFiles).map(([path, text]) => [
        path,
        text.replace(/sha256: .*/, `sha256: "${sha256}"`).replace(/sizeBytes: .*/, `sizeBytes: ${model.length}`),
      ]),
    )
    const artifacts = Object.values(files).flatMap((text) => /path: (\S+\.onnx)/.exec(text)?.[1] ?? [])
    commitFiles(folder, { ...files, ...Object.fromEntries(artifacts.map((path) => [path, model])) }, 'Sound')
    const client = open(settingsOf(folder))
    const head = await client.fetchHead()
    const reading = await client.readCommit(head)
    expect(reading.info).toMatchObject({ commit: head, author: 'Ada <ada@example.org>', message: 'Sound' })
    expect(reading.findings).toEqual([])
    expect(reading.resources).toHaveLength(Object.keys(soundFiles).length)
    expect(Buffer.from(await client.readFile(head, artifacts[0] ?? '')).toString()).toBe('not really a model')
    await expect(client.readFile(head, 'none')).rejects.toMatchObject({ code: 'not-found' })
    const broken = commitFiles(folder, { [artifacts[0] ?? '']: 'another' })
    expect((await client.readCommit(broken)).findings.map(({ rule }) => rule)).toContain('artifact-mismatch')
    expect(await client.readCommit(broken)).toMatchObject((await expectedReading(folder, broken)) as object)
  })

  it('follows changes, removals and a commit that changes nothing', async () => {
    const folder = folderOf(createRepository)
    const first = commitFiles(folder, {
      'mainward.yaml': projectManifest,
      'a.yaml': modelManifest('a'),
      'b/b.yaml': modelManifest('b'),
    })
    const client = open(settingsOf(folder))
    const names = async (commit: string): Promise<string[]> =>
      (await client.readCommit(commit)).resources.map(({ metadata: { name } }) => name)
    expect(await names(first)).toEqual(['a', 'b', 'sample'])
    const second = commitFiles(folder, { 'b/b.yaml': modelManifest('c'), 'README.md': 'x' })
    expect(await names(second)).toEqual(['a', 'c', 'sample'])
    const before = await client.readCommit(second)
    const third = commitFiles(folder, {}, 'Nothing')
    const after = await client.readCommit(third)
    expect(after.resources).toBe(before.resources)
    expect(after.info.message).toBe('Nothing')
    runGit(folder, 'rm', '-q', 'a.yaml')
    expect(await names(commitFiles(folder, {}))).toEqual(['c', 'sample'])
    expect(await names(first)).toEqual(['a', 'b', 'sample'])
    expect((await client.firstParents(third, 2)).map(({ commit }) => commit)).toEqual([third, second])
  })

  it('reads a folder of the repository, with paths relative to it', async () => {
    const folder = folderOf(createRepository)
    const commit = commitFiles(folder, {
      'ops/ml/mainward.yaml': projectManifest,
      'ops/ml/a.yaml': modelManifest('a'),
      'b.yaml': modelManifest('b'),
    })
    const client = open(settingsOf(folder, { path: 'ops/ml' }))
    const reading = await client.readCommit(commit)
    expect(reading.resources.map(({ file }) => file)).toEqual(['a.yaml', 'mainward.yaml'])
    expect(reading).toMatchObject((await expectedReading(folder, commit, 'ops/ml')) as object)
    expect(Buffer.from(await client.readFile(commit, 'a.yaml')).toString()).toContain('name: a')
    const without = commitFiles(folder, {})
    runGit(folder, 'rm', '-rq', 'ops')
    expect((await client.readCommit(commitFiles(folder, {}))).resources).toEqual([])
    expect((await client.readCommit(without)).resources).toHaveLength(2)
  })

  it('reads 2,000 manifests among 5,000 files without holding this event loop, and a change quickly', async () => {
    const folder = folderOf(createRepository)
    const files = new Map([['mainward.yaml', projectManifest]])
    for (let index = 0; index < 2000; index += 1)
      files.set(`models/${index % 50}/m${index}.yaml`, modelManifest(`model-${index}`, `Number ${index}`))
    for (let index = 0; index < 3000; index += 1) files.set(`src/${index % 60}/f${index}.py`, `print(${index})\n`)
    const commit = importFiles(folder, files)
    const client = open(settingsOf(join(folder, '.git')))
    await client.fetchHead()
    const loop = watchLoop()
    const reading = await client.readCommit(commit)
    const heldMs = loop.stop()
    expect(reading.resources).toHaveLength(2001)
    expect(heldMs).toBeLessThan(50)
    expect(reading).toMatchObject((await expectedReading(folder, commit)) as object)
  })

  it('knows a missing branch, an empty repository and an unknown commit', async () => {
    const folder = folderOf(createRepository)
    const client = open(settingsOf(folder))
    await expect(client.fetchHead()).rejects.toMatchObject({ code: 'not-found', retry: 'backoff' })
    await expect(client.readCommit('1'.repeat(40))).rejects.toMatchObject({ code: 'not-found' })
    const commit = commitFiles(folder, { 'a.yaml': 'a' })
    expect(await client.fetchHead()).toBe(commit)
    await expect(open(settingsOf(temporaryFolder())).fetchHead()).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('the parsed manifests on disk', () => {
  it('are used by the next process, and ignored where they are damaged', async () => {
    const folder = folderOf(createRepository)
    const commit = commitFiles(folder, {
      'mainward.yaml': projectManifest,
      'a.yaml': modelManifest('a'),
      'b.yaml': modelManifest('b'),
    })
    const settings = settingsOf(folder)
    const first = createSourceClient(settings)
    const reading = await first.readCommit(commit)
    await first.fetchHead()
    await first.stop()
    const cache = join(settings.cacheFolder, 'parsed')
    const file = join(cache, readdirSync(cache)[0] ?? '')
    const text = readFileSync(file, 'utf8')
    expect(text.trim().split('\n')).toHaveLength(3)
    for (const damaged of [text.replaceAll('"name":"a"', '"name":"z"'), text.slice(0, -40), `\n\0garbage\n${text}`, '']) {
      writeFileSync(file, damaged)
      const again = createSourceClient(settings)
      expect(await again.readCommit(commit)).toEqual(reading)
      await again.fetchHead()
      await again.stop()
    }
    appendFileSync(file, 'torn')
    writeFileSync(join(cache, 'parsed-old.jsonl'), 'x')
    const last = open(settings)
    expect(await last.readCommit(commit)).toEqual(reading)
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it('really spare the parsing', async () => {
    const folder = folderOf(createRepository)
    const commit = commitFiles(folder, { 'mainward.yaml': projectManifest, 'a.yaml': modelManifest('a') })
    const settings = settingsOf(folder)
    const first = createSourceClient(settings)
    await first.readCommit(commit)
    await first.fetchHead()
    await first.stop()
    const cache = join(settings.cacheFolder, 'parsed')
    const file = join(cache, readdirSync(cache)[0] ?? '')
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    const forged = lines.map((line) => {
      const oid = line.slice(0, 40)
      const json = line.slice(58).replaceAll('"name":"a"', '"name":"forged"')
      return `${oid} ${createHash('sha256').update(`${oid} ${json}`).digest('hex').slice(0, 16)} ${json}\n`
    })
    writeFileSync(file, forged.join(''))
    expect((await open(settings).readCommit(commit)).resources.map(({ metadata }) => metadata.name)).toContain('forged')
  })
})

describe('the source process', () => {
  it('is started again after it was killed, and ends with its parent', async () => {
    const folder = folderOf(createRepository)
    const commit = commitFiles(folder, { 'mainward.yaml': projectManifest })
    const client = open(settingsOf(folder))
    await client.fetchHead()
    const pid = client.pid() ?? 0
    process.kill(pid, 'SIGSTOP')
    const reading = client.readCommit(commit)
    process.kill(pid, 'SIGKILL')
    await expect(reading).rejects.toMatchObject({ code: 'unavailable', retry: 'backoff' })
    expect((await client.readCommit(commit)).resources).toHaveLength(1)
    const second = client.pid() ?? 0
    expect(second).not.toBe(pid)
    await client.stop()
    expect(alive(second)).toBe(false)
    await expect(client.fetchHead()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('does not outlive a parent that is killed', async () => {
    const folder = folderOf(createRepository)
    commitFiles(folder, { 'mainward.yaml': projectManifest })
    const program = `import { createSourceClient } from ${JSON.stringify(builtFile('reconcile/source/source-client.js'))}
const client = createSourceClient(${JSON.stringify(settingsOf(folder))})
await client.fetchHead()
console.log(client.pid())
setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (line: Buffer) => resolve(Number(line.toString()))),
    )
    expect(alive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false)
  })

  it('is killed when it is late, and never holds its caller', async () => {
    const source = folderOf(createRepository)
    commitFiles(source, { 'mainward.yaml': projectManifest })
    const server = await serveGit(createBareClone(source))
    cleanups.push(() => server.stop())
    const client = open(settingsOf(server.url), { remoteMs: 700, readMs: 5000 })
    const head = await client.fetchHead()
    server.behave('hang')
    const start = performance.now()
    await expect(client.fetchHead()).rejects.toMatchObject({ code: 'timeout', retry: 'backoff' })
    expect(performance.now() - start).toBeLessThan(3000)
    server.behave('none')
    expect(await client.fetchHead()).toBe(head)
    expect((await client.readCommit(head)).resources).toHaveLength(1)
  })

  it('reads a remote by token, and writes its history and tags', async () => {
    const source = folderOf(createRepository)
    const commit = commitFiles(source, { 'mainward.yaml': projectManifest })
    const bare = createBareClone(source)
    const server = await serveGit(bare)
    cleanups.push(() => server.stop())
    server.requireToken('t0ken')
    await expect(open(settingsOf(server.url)).fetchHead()).rejects.toMatchObject({ code: 'unauthorized' })
    const client = open(settingsOf(server.url, { token: 't0ken' }))
    expect(await client.fetchHead()).toBe(commit)
    const time = '2026-11-24T10:00:00.000Z'
    expect(await client.readLines('production')).toEqual([])
    await client.appendLines({ environment: 'production', expectedCount: 0, lines: ['one', 'two'], message: 'Note', time })
    await client.appendLines({ environment: 'production', expectedCount: 0, lines: ['one', 'two'], message: 'Note', time })
    await expect(
      client.appendLines({ environment: 'production', expectedCount: 1, lines: ['other'], message: 'Note', time }),
    ).rejects.toMatchObject({ code: 'conflict' })
    expect(await client.readLines('production')).toEqual(['one', 'two'])
    await client.ensureTag('churn@v1.0.0', commit, 'Version 1')
    expect(runGit(bare, 'rev-parse', 'churn@v1.0.0^{commit}')).toBe(commit)
    expect(execFileSync('git', ['show', 'mainward/history:production.jsonl'], { cwd: bare }).toString()).toBe('one\ntwo\n')
  })
})

describe('a working tree', () => {
  it('is read as it is on disk, without other repositories, packages and hidden folders', async () => {
    const folder = folderOf(createRepository)
    writeFiles(folder, {
      'mainward.yaml': projectManifest,
      'a.yaml': modelManifest('a'),
      'node_modules/x/a.yaml': modelManifest('x'),
      '.mainward/a.yaml': modelManifest('y'),
      'other/.git': 'gitdir: /nowhere',
      'other/a.yaml': modelManifest('z'),
    })
    expect((await readWorkingTree(folder)).files.map(({ path }) => path)).toEqual(['a.yaml', 'mainward.yaml'])
  })
})
