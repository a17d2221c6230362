import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ensureAdminToken, ensureStateFolder, findRepository, rotateLog } from '../../reconciler/supervisor/state-folder.ts'

let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-state-')))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@t.invalid', ...args], { cwd: folder, encoding: 'utf8' })
}

it('hides itself from git, once', () => {
  git('init', '-q', 'repo')
  const repository = findRepository(join(folder, 'repo'))
  const state = join(folder, 'repo/.mainward')
  ensureStateFolder(state, repository)
  ensureStateFolder(state, repository)
  writeFileSync(join(state, 'secret'), 'x')
  expect(git('-C', 'repo', 'status', '--porcelain')).toBe('')
  expect(readFileSync(join(folder, 'repo/.git/info/exclude'), 'utf8').match(/mainward/g)).toHaveLength(1)
  expect(statSync(state).mode & 0o777).toBe(0o700)
})

it('hides itself in a linked work tree, whose .git is a file', () => {
  git('init', '-q', '-b', 'main', 'repo')
  git('-C', 'repo', 'commit', '-q', '--allow-empty', '-m', 'x')
  git('-C', 'repo', 'worktree', 'add', '-q', '-b', 'other', '../linked')
  const repository = findRepository(join(folder, 'linked'))
  expect(repository.gitFolder).toBe(join(folder, 'repo/.git'))
  ensureStateFolder(join(folder, 'linked/.mainward'), repository)
  writeFileSync(join(folder, 'linked/.mainward/secret'), 'x')
  expect(git('-C', 'linked', 'status', '--porcelain')).toBe('')
})

it('hides a folder of another name, and writes nothing for one outside of the repository', () => {
  git('init', '-q', 'repo')
  const repository = findRepository(join(folder, 'repo'))
  ensureStateFolder(join(folder, 'repo/var/state'), repository)
  ensureStateFolder(join(folder, 'elsewhere'), repository)
  const exclude = readFileSync(join(folder, 'repo/.git/info/exclude'), 'utf8').split('\n')
  expect(exclude.filter((line) => line !== '' && !line.startsWith('#'))).toEqual(['/var/state/'])
})

it('makes the exclude file where git was told to leave it out', () => {
  git('init', '-q', '--template=', 'repo')
  ensureStateFolder(join(folder, 'repo/.mainward'), findRepository(join(folder, 'repo')))
  expect(readFileSync(join(folder, 'repo/.git/info/exclude'), 'utf8')).toBe('/.mainward/\n')
})

it('finds bare repositories', () => {
  git('init', '-q', '--bare', 'bare.git')
  const repository = findRepository(join(folder, 'bare.git'))
  expect(repository).toEqual({ root: join(folder, 'bare.git'), gitFolder: join(folder, 'bare.git') })
  ensureStateFolder(join(folder, 'bare.git/.mainward'), repository)
})

it('says where the repository begins when it is asked for a folder of it', () => {
  git('init', '-q', 'repo')
  mkdirSync(join(folder, 'repo/models/serving'), { recursive: true })
  expect(() => findRepository(join(folder, 'repo/models/serving'))).toThrow(
    expect.objectContaining({
      code: 'usage',
      hint: `the repository begins at ${folder}/repo: mainward up ${folder}/repo --path models/serving`,
    }),
  )
})

it('refuses a file in its place', () => {
  writeFileSync(join(folder, 'state'), '')
  expect(() => ensureStateFolder(join(folder, 'state'), null)).toThrow('expected a folder for the state, found a file')
})

it('keeps one admin token', () => {
  const first = ensureAdminToken(folder)
  expect(first.token).toMatch(/^[\w-]{43}$/)
  expect(statSync(first.file).mode & 0o777).toBe(0o600)
  expect(ensureAdminToken(folder)).toEqual(first)
  writeFileSync(first.file, 'short')
  expect(() => ensureAdminToken(folder)).toThrow('at least 32 characters')
})

it('keeps the logs of one run before', () => {
  mkdirSync(join(folder, 'logs'))
  for (const text of ['first', 'second', 'third']) writeFileSync(rotateLog(folder, 'serve'), text)
  expect(readFileSync(join(folder, 'logs/serve.log'), 'utf8')).toBe('third')
  expect(readFileSync(join(folder, 'logs/serve.log.1'), 'utf8')).toBe('second')
  rotateLog(folder, 'serve')
  expect(existsSync(join(folder, 'logs/serve.log'))).toBe(false)
})
