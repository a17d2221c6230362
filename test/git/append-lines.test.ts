import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { appendLines, readLines, type Append } from '../../reconciler/git/append-lines.ts'
import { ensureTag } from '../../reconciler/git/ensure-tag.ts'
import { openRepository } from '../../reconciler/git/open-repository.ts'
import { localRefs, type RefStore } from '../../reconciler/git/ref-store.ts'
import { Remote } from '../../reconciler/git/remote.ts'
import { serveGit, type GitServer } from '../support/git-http-server.ts'
import {
  commitFiles,
  createBareClone,
  createRepository,
  removeFolder,
  runGit,
  temporaryFolder,
  writeFiles,
} from '../support/git-repositories.ts'

const branch = 'mainward/history'
const time = '2026-11-24T10:00:00.000Z'
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function append(environment: string, expectedCount: number, ...lines: string[]): Append {
  return { branch, file: `${environment}.jsonl`, expectedCount, lines, message: 'Note', time }
}

interface Place {
  /** Where git sees the refs. */
  readonly folder: string
  readonly commit: string
  readonly open: () => RefStore
  readonly server: GitServer | null
}

function localPlace(): Promise<Place> {
  const folder = createRepository()
  cleanups.push(() => removeFolder(folder))
  const commit = commitFiles(folder, { 'a.yaml': 'a' })
  return Promise.resolve({ folder, commit, server: null, open: () => localRefs(openRepository(folder).objects) })
}

async function remotePlace(): Promise<Place> {
  const { folder: source, commit } = await localPlace()
  const folder = createBareClone(source)
  const server = await serveGit(folder)
  cleanups.push(() => server.stop())
  const limits = { connectMs: 1000, idleMs: 1000, totalMs: 5000, maximumBytes: 2 ** 24 }
  const open = (): RefStore => new Remote({ url: server.url, token: null, cacheFolder: temporaryFolder(), limits })
  return { folder, commit, server, open }
}

describe.each([
  ['a local repository', localPlace],
  ['a remote', remotePlace],
])('the history branch of %s', (_, createPlace) => {
  it('is appended to once, whatever is repeated', async () => {
    const { folder, open } = await createPlace()
    const refs = open()
    expect(await readLines(refs, { branch, file: 'production.jsonl' })).toEqual([])
    await appendLines(refs, append('production', 0, '{"a":1}', '{"a":2}'))
    const tip = runGit(folder, 'rev-parse', branch)
    await appendLines(refs, append('production', 0, '{"a":1}', '{"a":2}'))
    await appendLines(open(), append('production', 1, '{"a":2}'))
    expect(runGit(folder, 'rev-parse', branch)).toBe(tip)
    await appendLines(refs, append('production', 0, '{"a":1}', '{"a":2}', '{"a":3}'))
    expect(runGit(folder, 'show', `${branch}:production.jsonl`)).toBe('{"a":1}\n{"a":2}\n{"a":3}')
    expect(await readLines(open(), { branch, file: 'production.jsonl' })).toEqual(['{"a":1}', '{"a":2}', '{"a":3}'])
    expect(runGit(folder, 'log', '--format=%an <%ae> %aI', branch)).toContain('Mainward <mainward@localhost> 2026-11-24T10:00:00')
    expect(runGit(folder, 'fsck', '--strict')).toBe('')
  })

  it('refuses other lines in the same place, and gaps', async () => {
    const { folder, open } = await createPlace()
    const refs = open()
    await appendLines(refs, append('production', 0, 'one'))
    const tip = runGit(folder, 'rev-parse', branch)
    await expect(appendLines(refs, append('production', 0, 'other'))).rejects.toMatchObject({ code: 'conflict' })
    await expect(appendLines(refs, append('production', 2, 'three'))).rejects.toMatchObject({ code: 'conflict' })
    expect(runGit(folder, 'rev-parse', branch)).toBe(tip)
  })

  it('keeps what other environments wrote in between', async () => {
    const { folder, open } = await createPlace()
    const [production, staging] = [open(), open()]
    await appendLines(production, append('production', 0, 'p1'))
    await Promise.all([appendLines(production, append('production', 1, 'p2')), appendLines(staging, append('staging', 0, 's1'))])
    await appendLines(staging, append('staging', 1, 's2'))
    expect(runGit(folder, 'show', `${branch}:production.jsonl`)).toBe('p1\np2')
    expect(runGit(folder, 'show', `${branch}:staging.jsonl`)).toBe('s1\ns2')
    expect(runGit(folder, 'rev-list', '--count', branch)).toBe('4')
  })

  it('gives commits that are the same everywhere', async () => {
    const [first, second] = [await createPlace(), await createPlace()]
    for (const { open } of [first, second]) await appendLines(open(), append('production', 0, 'one'))
    expect(runGit(first.folder, 'rev-parse', branch)).toBe(runGit(second.folder, 'rev-parse', branch))
  })

  it('takes tags once, and refuses to move them', async () => {
    const { folder, commit, open } = await createPlace()
    const refs = open()
    await refs.readBranch('main')
    const tag = { name: 'churn@v1.0.0', commit, message: 'Version 1 of churn is registered' }
    await ensureTag(refs, tag)
    const oid = runGit(folder, 'rev-parse', 'churn@v1.0.0')
    await ensureTag(refs, tag)
    expect(runGit(folder, 'rev-parse', 'churn@v1.0.0')).toBe(oid)
    expect(runGit(folder, 'rev-parse', 'churn@v1.0.0^{commit}')).toBe(commit)
    expect(runGit(folder, 'tag', '-l', '--format=%(contents)')).toBe(tag.message)
    runGit(folder, 'tag', 'plain', commit)
    await ensureTag(refs, { ...tag, name: 'plain' })
    const other = runGit(folder, 'commit-tree', `${commit}^{tree}`, '-m', 'Other')
    runGit(folder, 'tag', 'elsewhere', other)
    await expect(ensureTag(refs, { ...tag, name: 'elsewhere' })).rejects.toMatchObject({ code: 'conflict' })
    expect(runGit(folder, 'fsck', '--strict', '--no-dangling')).toBe('')
  })
})

it('works beside a user who commits, packs and cleans all the time', async () => {
  const { folder, open } = await localPlace()
  const run = promisify(execFile)
  const user = async (): Promise<void> => {
    for (let round = 0; round < 12; round += 1) {
      writeFiles(folder, { 'a.yaml': String(round) })
      const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
      await run('git', [...identity, 'commit', '--quiet', '--all', '-m', `Round ${round}`], { cwd: folder })
      await run('git', ['pack-refs', '--all', '--prune'], { cwd: folder })
      if (round % 4 === 3) await run('git', ['gc', '--quiet'], { cwd: folder })
    }
  }
  const reconciler = async (): Promise<void> => {
    const refs = open()
    for (let round = 0; round < 25; round += 1) {
      await appendLines(refs, append('production', round, `line ${round}`))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await Promise.all([user(), reconciler()])
  const lines = runGit(folder, 'show', `${branch}:production.jsonl`).split('\n')
  expect(lines).toEqual(Array.from({ length: 25 }, (__, index) => `line ${index}`))
  expect(runGit(folder, 'rev-list', '--count', 'main')).toBe('13')
  expect(runGit(folder, 'status', '--porcelain')).toBe('')
  expect(runGit(folder, 'fsck', '--strict', '--no-dangling')).toBe('')
})

describe('pushing', () => {
  it('builds on a commit that lands between reading and pushing', async () => {
    const { folder, open, server } = await remotePlace()
    const refs = open()
    await appendLines(refs, append('production', 0, 'p1'))
    const other = localRefs(openRepository(folder).objects)
    let pushed = false
    const done: Promise<void>[] = []
    const inner = refs.moveRef.bind(refs)
    const racing: RefStore = {
      objects: refs.objects,
      readBranch: (name) => refs.readBranch(name),
      readTag: (name) => refs.readTag(name),
      isLost: () => false,
      moveRef: async (move, created) => {
        if (!pushed) {
          pushed = true
          done.push(appendLines(other, append('staging', 0, 's1')))
          await Promise.all(done)
        }
        return inner(move, created)
      },
    }
    await appendLines(racing, append('production', 1, 'p2'))
    expect(runGit(folder, 'show', `${branch}:production.jsonl`)).toBe('p1\np2')
    expect(runGit(folder, 'show', `${branch}:staging.jsonl`)).toBe('s1')
    expect(server?.requests.filter((line) => line.startsWith('POST') && line.includes('receive-pack'))).toHaveLength(3)
  })

  it('says that it may not, by status and by hook, and does not ask for another try', async () => {
    const { folder, open, server } = await remotePlace()
    server?.behave('push-403')
    const refused = { code: 'git-rejected', retry: 'never' }
    await expect(appendLines(open(), append('production', 0, 'p1'))).rejects.toMatchObject(refused)
    server?.behave('none')
    writeFileSync(join(folder, 'hooks/update'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    await expect(appendLines(open(), append('production', 0, 'p1'))).rejects.toMatchObject(refused)
    expect(() => runGit(folder, 'rev-parse', '--verify', branch)).toThrow()
  })
})
