/** When the process that materialises lives: started ahead or by a call, ended when it has nothing to do. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MaterialiseProcess } from '../../../reconciler/cli/materialise/materialise-process.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { createRepository, removeFolder, temporaryFolder } from '../../support/git-repositories.ts'

let database: TestDatabase
let folder: string
let work: string
let lines: string[]
let worker: MaterialiseProcess

const idleMs = 400
const noWork = { epoch: 1, commit: '0'.repeat(40), nowUs: 0n, sets: [], remove: [] }

beforeEach(async () => {
  database = await createTestDatabase()
  folder = createRepository()
  work = temporaryFolder()
  lines = []
  worker = new MaterialiseProcess(
    {
      databaseUrl: database.url,
      environment: 'dev',
      repository: folder,
      path: '',
      clonesFolder: join(work, 'clones'),
      workFolder: join(work, 'materialise'),
      secretFolder: folder,
      secrets: {},
    },
    { log: { warn: (_, message) => void lines.push(message) }, idleMs },
  )
})

afterEach(async () => {
  await worker.stop()
  await database.drop()
  removeFolder(folder)
  removeFolder(work)
})

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`)

it('is ended when there was no call for a while, without a word, and started again by the next', async () => {
  expect(await worker.run(noWork)).toEqual([])
  const first = worker.pid ?? 0
  expect(isAlive(first)).toBe(true)
  expect(await worker.run(noWork)).toEqual([])
  expect(worker.pid).toBe(first)
  await eventually(() => Promise.resolve(expect(isAlive(first)).toBe(false)))
  expect(worker.pid).toBeNull()
  expect(await worker.run(noWork)).toEqual([])
  expect(worker.pid).not.toBe(first)
  expect(lines).toEqual([])
})

it('is not ended while calls come sooner than that', async () => {
  await worker.run(noWork)
  const first = worker.pid
  for (let call = 0; call < 6; call++) {
    await new Promise((resolve) => setTimeout(resolve, idleMs / 2))
    await worker.run(noWork)
  }
  expect(worker.pid).toBe(first)
})

it('is started ahead, and ended when no call comes', async () => {
  worker.warm()
  const first = worker.pid ?? 0
  expect(isAlive(first)).toBe(true)
  expect(await worker.run(noWork)).toEqual([])
  expect(worker.pid).toBe(first)
  await eventually(() => Promise.resolve(expect(isAlive(first)).toBe(false)))
  worker.warm()
  const second = worker.pid ?? 0
  await eventually(() => Promise.resolve(expect(isAlive(second)).toBe(false)))
})

it('is told of when it ended by itself while it had nothing to do', async () => {
  await worker.run(noWork)
  process.kill(worker.pid ?? 0, 'SIGKILL')
  await eventually(() => Promise.resolve(expect(lines).toHaveLength(1)))
  expect(lines[0]).toBe('the materialising process ended while it had nothing to do: SIGKILL; the next work starts another')
  expect(await worker.run(noWork)).toEqual([])
})
