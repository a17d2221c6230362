import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { demoFolderOf, ensureDemoRepository, type DemoOutcome } from '../../reconciler/cli/demo-repository.ts'
import { takeStateLock } from '../../reconciler/supervisor/state-lock.ts'

let folder: string
let demo: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-demo-'))
  demo = join(folder, 'demo')
  mkdirSync(join(folder, 'example/models'), { recursive: true })
  writeFileSync(join(folder, 'example/mainward.yaml'), 'kind: Project\n')
  writeFileSync(join(folder, 'example/models/m.onnx'), Buffer.from([0, 13, 10, 255]))
  const listed = [
    { name: 'first', base: 'main', message: 'Change a model' },
    { name: 'second', base: 'first', message: 'Add "another"\nwith two lines' },
  ]
  mkdirSync(join(folder, 'branches/first/models'), { recursive: true })
  mkdirSync(join(folder, 'branches/second/models'), { recursive: true })
  writeFileSync(join(folder, 'branches/branches.json'), JSON.stringify(listed))
  writeFileSync(join(folder, 'branches/first/models/m.onnx'), Buffer.from([10, 13, 0, 255]))
  writeFileSync(join(folder, 'branches/second/models/é n.onnx'), Buffer.from('done\n'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function ensure(fresh = false): Promise<DemoOutcome> {
  const branches = join(folder, 'branches')
  return ensureDemoRepository({ example: join(folder, 'example'), branches, folder: demo, fresh, nowMs: Date.now() })
}

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', demo, ...args], { encoding: 'utf8' }).trim()
}

it('makes a clean repository with one commit on main, byte for byte', async () => {
  expect(await ensure()).toBe('made')
  expect(git('status', '--porcelain')).toBe('')
  expect(git('log', '--format=%s by %an', 'main')).toBe('Start with the example by Mainward demo')
  expect(git('ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual(['mainward.yaml', 'models/m.onnx'])
  expect(execFileSync('git', ['-C', demo, 'show', 'main:models/m.onnx'])).toEqual(Buffer.from([0, 13, 10, 255]))
  git('commit', '--quiet', '--allow-empty', '-m', 'with an identity of its own')
})

it('makes branches, each with one commit on its base', async () => {
  await ensure()
  expect(git('log', '--format=%s by %an', 'first').split('\n')).toEqual([
    'Change a model by Mainward demo',
    'Start with the example by Mainward demo',
  ])
  expect(git('log', '-1', '--format=%B', 'second')).toBe('Add "another"\nwith two lines')
  expect(git('rev-parse', 'second~1')).toBe(git('rev-parse', 'first'))
  expect(execFileSync('git', ['-C', demo, 'show', 'second:models/m.onnx'])).toEqual(Buffer.from([10, 13, 0, 255]))
  expect(git('-c', 'core.quotePath=false', 'diff', '--name-status', 'first', 'second')).toBe('A\tmodels/é n.onnx')
  expect(git('show', 'second:models/é n.onnx')).toBe('done')
  expect(git('branch', '--show-current')).toBe('main')
  git('fsck', '--strict')
})

it('is made again when a branch has changed', async () => {
  await ensure()
  writeFileSync(join(folder, 'branches/second/models/new'), '')
  expect(await ensure()).toBe('outdated')
})

it('reuses it with all that was done in it, and says when the example has changed', async () => {
  await ensure()
  appendFileSync(join(demo, 'mainward.yaml'), '# mine\n')
  git('commit', '--quiet', '-a', '-m', 'mine')
  expect(await ensure()).toBe('reused')
  writeFileSync(join(folder, 'example/mainward.yaml'), 'kind: Project # new\n')
  expect(await ensure()).toBe('outdated')
  expect(git('log', '-1', '--format=%s')).toBe('mine')
})

it('makes it again when asked to', async () => {
  await ensure()
  mkdirSync(join(demo, '.mainward'))
  git('commit', '--quiet', '--allow-empty', '-m', 'mine')
  expect(await ensure(true)).toBe('made')
  expect(git('log', '--format=%s')).toBe('Start with the example')
  expect(existsSync(join(demo, '.mainward'))).toBe(false)
})

it('does not make it again while it runs', async () => {
  await ensure()
  mkdirSync(join(demo, '.mainward'))
  const lock = takeStateLock(join(demo, '.mainward'), Date.now())
  await expect(ensure(true)).rejects.toMatchObject({ code: 'state-locked', hint: 'stop it first' })
  lock.release()
  expect(await ensure(true)).toBe('made')
})

it.each([false, true])('leaves a folder alone that it did not make (fresh: %s)', async (fresh) => {
  mkdirSync(demo)
  writeFileSync(join(demo, 'precious'), '')
  await expect(ensure(fresh)).rejects.toMatchObject({ code: 'conflict' })
  expect(readdirSync(demo)).toEqual(['precious'])
})

it('begins again after a copy that was interrupted', async () => {
  mkdirSync(`${demo}.new`)
  writeFileSync(join(`${demo}.new`, 'half'), '')
  expect(await ensure()).toBe('made')
  expect(existsSync(join(demo, 'half'))).toBe(false)
})

it('is made whatever git settings the user has', async () => {
  const settings = join(folder, 'gitconfig')
  writeFileSync(settings, '[commit]\n gpgsign = true\n[core]\n autocrlf = true\n[init]\n defaultBranch = trunk\n')
  process.env.GIT_CONFIG_GLOBAL = settings
  try {
    await ensure()
    expect(git('branch', '--show-current')).toBe('main')
    expect(execFileSync('git', ['-C', demo, 'show', 'main:models/m.onnx'])).toEqual(Buffer.from([0, 13, 10, 255]))
  } finally {
    delete process.env.GIT_CONFIG_GLOBAL
  }
})

it('is used from within, and not nested', async () => {
  expect(demoFolderOf(folder, false)).toBe(demo)
  await ensure()
  expect(demoFolderOf(demo, false)).toBe(demo)
  expect(() => demoFolderOf(demo, true)).toThrow('can not be made again from within')
})
