import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { appendLines, readLines, type Append } from '../../reconciler/git/append-lines.ts'
import { ensureTag } from '../../reconciler/git/ensure-tag.ts'
import { TreeReader } from '../../reconciler/git/list-files.ts'
import { openRepository } from '../../reconciler/git/open-repository.ts'
import { readRef } from '../../reconciler/git/read-ref.ts'
import { localRefs } from '../../reconciler/git/ref-store.ts'
import { moveRef } from '../../reconciler/git/write-ref.ts'
import {
  commitFiles,
  createRepository,
  importFiles,
  removeFolder,
  runGit,
  temporaryFolder,
  writeFiles,
} from '../support/git-repositories.ts'

const run = promisify(execFile)
const branch = 'mainward/history'
const folders: string[] = []

afterEach(() => folders.splice(0).forEach(removeFolder))

function repositoryFolder(): string {
  const folder = createRepository()
  folders.push(folder)
  return folder
}

function append(expectedCount: number, ...lines: string[]): Append {
  return { branch, file: 'production.jsonl', expectedCount, lines, message: 'Note', time: '2026-11-24T10:00:00.000Z' }
}

/** The files of a branch with their contents, by the same steps as a reconcile. */
async function readBranch(folder: string, name = 'main'): Promise<ReadonlyMap<string, string>> {
  const { objects } = openRepository(folder)
  const head = (await localRefs(objects).readBranch(name)) ?? ''
  const files = await new TreeReader(objects).listFiles((await objects.readCommit(head)).tree, () => true)
  const contents = new Map<string, string>()
  for (const { path, oid } of files) contents.set(path, Buffer.from(await objects.readBlob(oid)).toString())
  return contents
}

describe('a repository that others work on', () => {
  it('is read right while it is committed to, repacked and cleaned', async () => {
    const folder = repositoryFolder()
    importFiles(
      folder,
      new Map(Array.from({ length: 300 }, (_, index) => [`d${index % 20}/f${index}`, `${index}\n`.repeat(index)])),
    )
    runGit(folder, 'reset', '--quiet', '--hard')
    let done = false
    const user = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        writeFiles(folder, { round: String(round), [`d${round}/f${round}`]: `${round}` })
        await run('git', ['add', '--all'], { cwd: folder })
        await run('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', `${round}`], { cwd: folder })
        if (round % 2 === 0) await run('git', ['repack', '-adq'], { cwd: folder })
        else await run('git', ['gc', '--quiet', '--prune=now'], { cwd: folder })
      }
      done = true
    }
    const working = user()
    let last = -1
    let readings = 0
    while (!done) {
      const contents = await readBranch(folder)
      const round = Number(contents.get('round') ?? -1)
      expect(contents.size).toBe(round < 0 ? 300 : 301)
      expect(round).toBeGreaterThanOrEqual(last)
      last = round
      readings += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    await working
    expect(readings).toBeGreaterThan(5)
    expect((await readBranch(folder)).get('round')).toBe('9')
  })

  it('is read with one reader through repacks that replace every pack', async () => {
    const folder = repositoryFolder()
    const { objects } = openRepository(folder)
    const commits: string[] = []
    for (let round = 0; round < 6; round += 1) {
      commits.push(commitFiles(folder, { a: String(round), [`b${round}`]: 'b'.repeat(round) }))
      runGit(folder, 'repack', '-adq')
      for (const commit of commits) expect((await objects.readCommit(commit)).tree).toHaveLength(40)
    }
    expect(readdirSync(join(folder, '.git/objects/pack')).filter((name) => name.endsWith('.pack'))).toHaveLength(1)
  })

  it('may lose the branch, get it back, and have it forced to another history', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { a: '1' })
    const second = commitFiles(folder, { a: '2' })
    const refs = localRefs(openRepository(folder).objects)
    expect(await refs.readBranch('main')).toBe(second)
    runGit(folder, 'reset', '--quiet', '--hard', first)
    expect(await refs.readBranch('main')).toBe(first)
    runGit(folder, 'checkout', '--quiet', '--orphan', 'other')
    const unrelated = commitFiles(folder, { b: '1' }, 'Unrelated')
    runGit(folder, 'branch', '-D', 'main')
    expect(await refs.readBranch('main')).toBeNull()
    runGit(folder, 'branch', 'main', unrelated)
    expect(await refs.readBranch('main')).toBe(unrelated)
    runGit(folder, 'gc', '--quiet', '--prune=now')
    expect([...(await readBranch(folder)).keys()]).toEqual(['a', 'b'])
  })

  it('with thousands of loose objects, odd names, long paths and CRLF is read as git reads it', async () => {
    const folder = repositoryFolder()
    const long = Array.from({ length: 20 }, (_, index) => `${index}${'x'.repeat(180)}`).join('/')
    const files = new Map<string, string>([
      ['crlf.yaml', 'a: 1\r\nb: 2\r\n'],
      ['with space/and "quotes"\t.yaml', 'q'],
      ['日本語/ñ.yaml', 'u'],
      ['n\u0303.yaml', 'decomposed'],
      ['\u00f1.yaml', 'composed'],
      [`${long}/deep.yaml`, 'deep'],
      ['a', 'file before folder'],
      ['a.b', 'sorts between'],
      ['a-b/x', 'sorts before'],
    ])
    for (let index = 0; index < 3000; index += 1) files.set(`loose/${index % 40}/${index}`, `${index}`)
    const commit = importFilesLoose(folder, files)
    expect(readdirSync(join(folder, '.git/objects/pack'))).toEqual([])
    expect(runGit(folder, 'count-objects')).toMatch(/^3\d{3} objects/)
    const listed = runGit(folder, 'ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean)
    const contents = await readBranch(folder)
    expect([...contents.keys()].sort()).toEqual(listed.sort())
    for (const [path, text] of files) expect(contents.get(path)).toBe(text)
  })
})

/** As `importFiles`, unpacked into one file an object. */
function importFilesLoose(folder: string, files: ReadonlyMap<string, string>): string {
  const packed = repositoryFolder()
  const commit = importFiles(packed, new Map([...files].map(([path, text]) => [JSON.stringify(path), text])))
  const packs = join(packed, '.git/objects/pack')
  for (const name of readdirSync(packs).filter((file) => file.endsWith('.pack'))) {
    execFileSync('git', ['unpack-objects', '-q'], { cwd: folder, input: readFileSync(join(packs, name)) })
  }
  runGit(folder, 'update-ref', 'refs/heads/main', commit)
  return commit
}

describe('refs beside another git', () => {
  it('are written while another process holds packed-refs', async () => {
    const folder = repositoryFolder()
    const commit = commitFiles(folder, { a: '1' })
    const lock = join(folder, '.git/packed-refs.lock')
    writeFileSync(lock, '')
    const refs = localRefs(openRepository(folder).objects)
    await appendLines(refs, append(0, 'one'))
    await ensureTag(refs, { name: 'churn@v1.0.0', commit, message: 'One' })
    await appendLines(refs, append(1, 'two'))
    expect(existsSync(lock)).toBe(true)
    rmSync(lock)
    expect(runGit(folder, 'show', `${branch}:production.jsonl`)).toBe('one\ntwo')
    expect(runGit(folder, 'for-each-ref', '--format=%(refname)').split('\n')).toEqual([
      'refs/heads/main',
      'refs/heads/mainward/history',
      'refs/tags/churn@v1.0.0',
    ])
  })

  it('are not created beside a packed one that has the name of their folder, or is in a folder of their name', async () => {
    const folder = repositoryFolder()
    const commit = commitFiles(folder, { a: '1' })
    const gitdir = join(folder, '.git')
    for (const other of ['mainward', 'mainward/history/old']) {
      runGit(folder, 'branch', other)
      runGit(folder, 'pack-refs', '--all', '--prune')
      const moving = moveRef(gitdir, { ref: `refs/heads/${branch}`, expected: null, next: commit })
      await expect(moving).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(other) as unknown })
      runGit(folder, 'branch', '-D', other)
    }
    expect(await moveRef(gitdir, { ref: `refs/heads/${branch}`, expected: null, next: commit })).toBe(true)
    expect(runGit(folder, 'branch', '--list', '--format=%(refname:short)').split('\n')).toEqual(['main', branch])
  })

  it('replace the empty folders that git leaves of deleted ones', async () => {
    const folder = repositoryFolder()
    const commit = commitFiles(folder, { a: '1' })
    const gitdir = join(folder, '.git')
    mkdirSync(join(gitdir, 'refs/heads', branch, 'old/older'), { recursive: true })
    expect(readRef(gitdir, `refs/heads/${branch}`)).toBeNull()
    expect(await moveRef(gitdir, { ref: `refs/heads/${branch}`, expected: null, next: commit })).toBe(true)
    expect(runGit(folder, 'rev-parse', branch)).toBe(commit)
  })

  it('leave the work tree, the index and HEAD as they are', async () => {
    const folder = repositoryFolder()
    commitFiles(folder, { a: '1' })
    writeFiles(folder, { a: 'changed', staged: 's', untracked: 'u' })
    runGit(folder, 'add', 'staged')
    const before = runGit(folder, 'status', '--porcelain=v2', '--branch')
    const refs = localRefs(openRepository(folder).objects)
    await appendLines(refs, append(0, 'one'))
    expect(runGit(folder, 'status', '--porcelain=v2', '--branch')).toBe(before)
    expect(runGit(folder, 'log', '--format=%s', branch)).toBe('Note')
    expect(runGit(folder, 'fsck', '--strict')).toBe('')
  })

  it('work in a linked work tree, a bare repository and a shallow clone', async () => {
    const folder = repositoryFolder()
    commitFiles(folder, { a: '1' })
    commitFiles(folder, { a: '2' })
    const linked = join(temporaryFolder(), 'linked')
    runGit(folder, 'worktree', 'add', '--quiet', linked, '-b', 'side')
    const bare = join(temporaryFolder(), 'bare.git')
    runGit(folder, 'clone', '--quiet', '--bare', folder, bare)
    const shallow = join(temporaryFolder(), 'shallow')
    runGit(folder, 'clone', '--quiet', '--depth=1', `file://${folder}`, shallow)
    folders.push(linked, bare, shallow)
    for (const place of [linked, bare, shallow]) {
      const refs = localRefs(openRepository(place).objects)
      await appendLines(refs, append(0, 'one'))
      expect(await readLines(refs, { branch, file: 'production.jsonl' })).toEqual(['one'])
      expect(runGit(place, 'show', `${branch}:production.jsonl`)).toBe('one')
      expect(runGit(place, 'fsck', '--strict')).toBe('')
    }
  })

  it('keep what a person put beside the lines', async () => {
    const folder = repositoryFolder()
    commitFiles(folder, { a: '1' })
    const refs = localRefs(openRepository(folder).objects)
    await appendLines(refs, append(0, 'one'))
    runGit(folder, 'checkout', '--quiet', branch)
    writeFiles(folder, { 'README.md': 'Read me', 'docs/a': 'a', 'production.jsonl.old': 'x', run: '#!/bin/sh' })
    runGit(folder, 'add', '--all')
    runGit(folder, 'update-index', '--chmod=+x', 'run')
    runGit(folder, 'commit', '--quiet', '-m', 'Explain')
    runGit(folder, 'checkout', '--quiet', '--force', 'main')
    await appendLines(refs, append(1, 'two'))
    expect(runGit(folder, 'ls-tree', '-r', '--format=%(objectmode) %(path)', branch).split('\n')).toEqual([
      '100644 README.md',
      '100644 docs/a',
      '100644 production.jsonl',
      '100644 production.jsonl.old',
      '100755 run',
    ])
    expect(runGit(folder, 'show', `${branch}:production.jsonl`)).toBe('one\ntwo')
    expect(runGit(folder, 'fsck', '--strict')).toBe('')
  })

  it('say so when a force-push has removed the commit of a tag', async () => {
    const folder = repositoryFolder()
    commitFiles(folder, { a: '1' })
    const tagging = ensureTag(localRefs(openRepository(folder).objects), { name: 'x', commit: '1'.repeat(40), message: 'X' })
    await expect(tagging).rejects.toMatchObject({ code: 'conflict' })
  })
})
