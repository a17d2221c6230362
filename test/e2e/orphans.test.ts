/** Processes whose parent dies while they are still starting: they end by themselves, although nobody tells them later. */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { createRepository, removeFolder } from '../support/git-repositories.ts'

const dist = join(packageRoot, 'dist')
let state: string
let repository: string

beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'mainward-orphans-'))
  repository = createRepository()
})

afterAll(() => {
  rmSync(state, { recursive: true, force: true })
  removeFolder(repository)
})

it.each([
  ['serve', 'main.js', (): string[] => ['serve', '--port', '0', '--state', state]],
  ['reconcile', 'main.js', (): string[] => ['reconcile', repository, '--admin-port', '0', '--state', state]],
  ['the source process', 'reconcile/source/source-worker.js', (): string[] => []],
])('%s ends when its parent is gone before it listens', async (_name, file, args) => {
  const child = fork(join(dist, file), args(), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  child.disconnect()
  expect(await ended).toBe(0)
  clearTimeout(timer)
})
