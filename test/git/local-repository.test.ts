import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { TreeReader } from '../../reconciler/git/list-files.ts'
import { openRepository, type Repository } from '../../reconciler/git/open-repository.ts'
import { readFirstParents, resolveCommit } from '../../reconciler/git/read-history.ts'
import { readRef } from '../../reconciler/git/read-ref.ts'
import { moveRef } from '../../reconciler/git/write-ref.ts'
import { commitFiles, createRepository, removeFolder, runGit, temporaryFolder, writeFiles } from '../support/git-repositories.ts'

const folders: string[] = []

function repositoryFolder(): string {
  const folder = createRepository()
  folders.push(folder)
  return folder
}

afterEach(() => folders.splice(0).forEach(removeFolder))

async function listPaths(repository: Repository, commit: string): Promise<string[]> {
  const { tree } = await repository.objects.readCommit(commit)
  return (await new TreeReader(repository.objects).listFiles(tree, () => true)).map(({ path }) => path)
}

describe('opening a repository', () => {
  it('finds it from a folder within, and says where that folder is', () => {
    const folder = repositoryFolder()
    writeFiles(folder, { 'a/b/c.yaml': '' })
    expect(openRepository(join(folder, 'a/b'))).toMatchObject({ gitdir: join(folder, '.git'), innerPath: 'a/b' })
  })

  it('reads a bare one and a linked work tree', async () => {
    const folder = repositoryFolder()
    const commit = commitFiles(folder, { 'a.yaml': 'a' })
    const bare = join(temporaryFolder(), 'bare.git')
    runGit(folder, 'clone', '--quiet', '--bare', folder, bare)
    const linked = join(temporaryFolder(), 'linked')
    runGit(folder, 'worktree', 'add', '--quiet', '-b', 'side', linked)
    const second = commitFiles(linked, { 'b.yaml': 'b' })
    folders.push(bare, linked)
    expect(await listPaths(openRepository(bare), commit)).toEqual(['a.yaml'])
    const opened = openRepository(linked)
    expect(opened.gitdir).toBe(join(folder, '.git'))
    expect(await resolveCommit(opened, 'HEAD')).toBe(second)
    expect(await resolveCommit(openRepository(folder), 'HEAD')).toBe(commit)
  })

  it('says what it cannot read', () => {
    const outside = temporaryFolder()
    folders.push(outside)
    expect(() => openRepository(outside)).toThrow(/not in a git repository/)
    const sha256 = join(outside, 'sha256')
    mkdirSync(sha256)
    runGit(sha256, 'init', '--quiet', '--object-format=sha256')
    expect(() => openRepository(sha256)).toThrow(/SHA-256/)
    const borrowing = join(outside, 'borrowing')
    const lender = repositoryFolder()
    commitFiles(lender, { a: '1' })
    runGit(outside, 'clone', '--quiet', '--shared', lender, borrowing)
    expect(() => openRepository(borrowing)).toThrow(/alternates/)
    const reftable = repositoryFolder()
    runGit(reftable, 'config', 'extensions.refstorage', 'reftable')
    expect(() => openRepository(reftable)).toThrow(/reftable/)
  })

  it('names the way out of a partial clone whose objects are missing', async () => {
    const folder = repositoryFolder()
    const commit = commitFiles(folder, { a: '1' })
    runGit(folder, 'config', 'uploadpack.allowFilter', 'true')
    const partial = join(temporaryFolder(), 'partial')
    folders.push(partial)
    runGit(folder, 'clone', '--quiet', '--bare', '--filter=blob:none', `file://${folder}`, partial)
    const { objects } = openRepository(partial)
    const [file] = await new TreeReader(objects).listFiles((await objects.readCommit(commit)).tree, () => true)
    await expect(objects.readBlob(file?.oid ?? '')).rejects.toMatchObject({
      code: 'git-protocol',
      hint: expect.stringContaining('--refetch --no-filter') as unknown,
    })
    runGit(partial, 'fetch', '--quiet', '--refetch', '--no-filter')
    expect(Buffer.from(await objects.readBlob(file?.oid ?? '')).toString()).toBe('1')
  })
})

describe('reading objects', () => {
  it('gives every object as git does: loose, packed, as deltas of deltas, in several packs', async () => {
    const folder = repositoryFolder()
    const base = randomBytes(60_000).toString('hex')
    for (let round = 0; round < 12; round += 1) {
      commitFiles(folder, {
        'large.txt': `${base.slice(0, 50_000 + round)}${'x'.repeat(round * 30)}${base.slice(50_000)}${round}`,
        [`d${round % 3}/file.txt`]: `${round}\n`,
        [`small${round}`]: '',
      })
      if (round === 4) runGit(folder, 'repack', '-q', '-d')
      if (round === 9) runGit(folder, 'repack', '-q', '-d', '--depth=50', '--window=50')
    }
    runGit(folder, 'tag', '-a', 'v1', '-m', 'One')
    const ids = runGit(folder, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)').split('\n')
    const { objects } = openRepository(folder)
    expect(ids.length).toBeGreaterThan(50)
    for (const line of ids) {
      const [oid = '', type = ''] = line.split(' ')
      const expected = execFileSync('git', ['cat-file', type, oid], { cwd: folder, maxBuffer: 2 ** 26 })
      const found = await objects.read(oid)
      expect(found.type).toBe(type)
      expect(Buffer.compare(Buffer.from(found.bytes), expected)).toBe(0)
    }
  })

  it('goes on when the repository is repacked in between', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { 'a.yaml': 'one' })
    const { objects } = openRepository(folder)
    await objects.readCommit(first)
    const second = commitFiles(folder, { 'a.yaml': 'two' })
    runGit(folder, 'gc', '--quiet', '--prune=now')
    expect((await objects.readCommit(second)).parents).toEqual([first])
    expect((await objects.readCommit(first)).message).toBe('Change')
  })

  it('passes over an index whose pack is gone, as git does', async () => {
    const folder = repositoryFolder()
    commitFiles(folder, { a: '1' })
    runGit(folder, 'repack', '-adq')
    const packs = join(folder, '.git/objects/pack')
    const index = readdirSync(packs).find((name) => name.endsWith('.idx')) ?? ''
    copyFileSync(join(packs, index), join(packs, `pack-${'0'.repeat(40)}.idx`))
    const commit = commitFiles(folder, { a: '2' })
    expect((await openRepository(folder).objects.readCommit(commit)).parents).toHaveLength(1)
  })

  it('never returns a damaged object', async () => {
    const folder = repositoryFolder()
    const commit = commitFiles(folder, { 'a.yaml': randomBytes(5000).toString('hex') })
    runGit(folder, 'gc', '--quiet')
    const packs = join(folder, '.git/objects/pack')
    const pack = join(packs, readdirSync(packs).find((name) => name.endsWith('.pack')) ?? '')
    execFileSync('chmod', ['u+w', pack])
    truncateSync(pack, 300)
    const blob = runGit(folder, 'hash-object', 'a.yaml')
    const { objects } = openRepository(folder)
    await expect(objects.readBlob(blob)).rejects.toMatchObject({ code: 'git-protocol' })
    await expect(objects.readBlob('0'.repeat(40))).rejects.toMatchObject({
      code: 'git-protocol',
      message: expect.stringContaining('missing') as unknown,
    })
    await expect(objects.read('0'.repeat(40))).rejects.toMatchObject({ code: 'not-found' })
    expect(commit).toHaveLength(40)
  })
})

describe('listing a commit', () => {
  it('takes files alone: no links, no submodules, no paths that are not UTF-8', async () => {
    const folder = repositoryFolder()
    const inner = commitFiles(repositoryFolder(), { x: 'x' })
    writeFiles(folder, { 'a.yaml': 'a', 'run.sh': 'x', 'ünï/ä.yaml': 'u' })
    execFileSync('chmod', ['+x', join(folder, 'run.sh')])
    symlinkSync('a.yaml', join(folder, 'link.yaml'))
    symlinkSync('/etc', join(folder, 'linked-folder'))
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.yaml')]), 'bad')
    runGit(folder, 'update-index', '--add', '--cacheinfo', `160000,${inner},module`)
    runGit(folder, 'add', '--all', '--', 'a.yaml', 'run.sh', 'ünï', 'link.yaml', 'linked-folder', ':(glob)*.yaml')
    runGit(folder, 'commit', '--quiet', '-m', 'Odd')
    const commit = runGit(folder, 'rev-parse', 'HEAD')
    expect(runGit(folder, 'ls-tree', '-r', commit).split('\n')).toHaveLength(7)
    const repository = openRepository(folder)
    expect((await listPaths(repository, commit)).sort()).toEqual(['a.yaml', 'run.sh', 'ünï/ä.yaml'])
    const { tree } = await repository.objects.readCommit(commit)
    const trees = new TreeReader(repository.objects)
    expect(await trees.findFile(tree, 'link.yaml')).toBeNull()
    expect(await trees.findFolder(tree, 'linked-folder')).toBeNull()
    expect(await trees.findFile(tree, 'a.yaml/b')).toBeNull()
    expect(await trees.findFile(tree, 'module/x')).toBeNull()
    expect(await trees.findFolder(tree, 'ünï')).toHaveLength(40)
  })

  it('reads only the folders that have changed', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { 'a/1.yaml': '1', 'b/2.yaml': '2', 'c/d/3.yaml': '3' })
    const second = commitFiles(folder, { 'b/2.yaml': 'two' })
    const { objects } = openRepository(folder)
    const trees = new TreeReader(objects)
    await trees.listFiles((await objects.readCommit(first)).tree, () => true)
    const { tree } = await objects.readCommit(second)
    const read: string[] = []
    const readTree = objects.readTree.bind(objects)
    objects.readTree = (oid) => {
      read.push(oid)
      return readTree(oid)
    }
    expect((await trees.listFiles(tree, () => true)).map(({ path }) => path)).toEqual(['a/1.yaml', 'b/2.yaml', 'c/d/3.yaml'])
    expect(read).toEqual([tree, runGit(folder, 'rev-parse', `${second}:b`)])
  })

  it('reads the first-parent line, around merges, to the end of a shallow clone', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { a: '1' }, 'First')
    runGit(folder, 'checkout', '--quiet', '-b', 'side')
    commitFiles(folder, { b: '1' }, 'Side')
    runGit(folder, 'checkout', '--quiet', 'main')
    const second = commitFiles(folder, { a: '2' }, 'Second\n\nWith a body')
    runGit(folder, 'merge', '--quiet', '--no-ff', '-m', 'Merge', 'side')
    const merge = runGit(folder, 'rev-parse', 'HEAD')
    const line = await readFirstParents(openRepository(folder).objects, merge, 10)
    expect(line.map(({ oid }) => oid)).toEqual([merge, second, first])
    expect(line[1]).toMatchObject({ message: 'Second\n\nWith a body', author: 'Ada <ada@example.org>' })
    const shallow = join(temporaryFolder(), 'shallow')
    runGit(folder, 'clone', '--quiet', '--depth=2', `file://${folder}`, shallow)
    folders.push(shallow)
    const names = (await readFirstParents(openRepository(shallow).objects, merge, 10)).map(({ oid }) => oid)
    expect(names).toEqual([merge, second])
  })

  it.each(['HEAD', 'main', 'refs/heads/main', 'heads/main', 'v1', 'HEAD~1', 'HEAD^', 'HEAD~2', 'v1^~1'])(
    'names commits like git: %s',
    async (name) => {
      const folder = repositoryFolder()
      for (const content of ['1', '2', '3', '4']) commitFiles(folder, { a: content })
      runGit(folder, 'tag', '-a', 'v1', '-m', 'One')
      runGit(folder, 'pack-refs', '--all')
      expect(await resolveCommit(openRepository(folder), name)).toBe(runGit(folder, 'rev-parse', `${name}^{commit}`))
    },
  )

  it('says which name it does not know', async () => {
    const folder = repositoryFolder()
    await expect(resolveCommit(openRepository(folder), 'HEAD')).rejects.toMatchObject({ code: 'not-found' })
    commitFiles(folder, { a: '1' })
    await expect(resolveCommit(openRepository(folder), 'nowhere')).rejects.toThrow(/found nowhere/)
    await expect(resolveCommit(openRepository(folder), 'HEAD~5')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('moving a ref', () => {
  const ref = 'refs/heads/mainward/history'

  it('compares and sets, loose and packed, and leaves no lock', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { a: '1' })
    const second = commitFiles(folder, { a: '2' })
    const gitdir = join(folder, '.git')
    expect(await moveRef(gitdir, { ref, expected: null, next: first })).toBe(true)
    expect(await moveRef(gitdir, { ref, expected: null, next: second })).toBe(false)
    runGit(folder, 'pack-refs', '--all', '--prune')
    expect(existsSync(join(gitdir, ref))).toBe(false)
    expect(await moveRef(gitdir, { ref, expected: second, next: first })).toBe(false)
    expect(await moveRef(gitdir, { ref, expected: first, next: second })).toBe(true)
    expect(runGit(folder, 'rev-parse', ref)).toBe(second)
    expect(readRef(gitdir, ref)).toBe(second)
    expect(readdirSync(join(gitdir, 'refs/heads/mainward'))).toEqual(['history'])
  })

  it('waits for a lock that another git holds, and git waits for ours', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { a: '1' })
    const lock = join(folder, '.git', `${ref}.lock`)
    mkdirSync(join(folder, '.git/refs/heads/mainward'))
    writeFileSync(lock, '')
    expect(() => runGit(folder, 'update-ref', ref, first)).toThrow(/lock/)
    const moving = moveRef(join(folder, '.git'), { ref, expected: null, next: first })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(readRef(join(folder, '.git'), ref)).toBeNull()
    rmSync(lock)
    expect(await moving).toBe(true)
  })

  it('breaks the lock of a process that was killed long ago', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { a: '1' })
    mkdirSync(join(folder, '.git/refs/heads/mainward'))
    const lock = join(folder, '.git', `${ref}.lock`)
    writeFileSync(lock, '')
    utimesSync(lock, Date.now() / 1000 - 60, Date.now() / 1000 - 60)
    expect(await moveRef(join(folder, '.git'), { ref, expected: null, next: first })).toBe(true)
  })

  it('says so when a branch has the name of the folder', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { a: '1' })
    runGit(folder, 'branch', 'mainward')
    await expect(moveRef(join(folder, '.git'), { ref, expected: null, next: first })).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each(['refs/tags/a..b', 'refs/tags/a b', 'refs/tags/a.lock', 'refs/tags/../../x', 'refs/tags/a@{1}'])(
    'refuses the name %s',
    async (bad) => {
      const folder = repositoryFolder()
      const first = commitFiles(folder, { a: '1' })
      await expect(moveRef(join(folder, '.git'), { ref: bad, expected: null, next: first })).rejects.toMatchObject({
        code: 'invalid-input',
      })
    },
  )

  it('lets exactly one of many win', async () => {
    const folder = repositoryFolder()
    const first = commitFiles(folder, { a: '1' })
    const gitdir = join(folder, '.git')
    const results = await Promise.all(Array.from({ length: 20 }, () => moveRef(gitdir, { ref, expected: null, next: first })))
    expect(results.filter(Boolean)).toHaveLength(1)
  })
})
