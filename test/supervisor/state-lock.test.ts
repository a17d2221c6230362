import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identifyProcess } from '../../reconciler/database/embedded/process-identity.ts'
import { readLockHolder, takeStateLock, type LockHolder } from '../../reconciler/supervisor/state-lock.ts'
import { programs } from './support.ts'

let folder: string
let children: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-lock-'))
  children = []
})

afterEach(async () => {
  await Promise.all(children.map(kill))
  rmSync(folder, { recursive: true, force: true })
})

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

interface Attempt {
  readonly child: ChildProcess
  readonly said: Promise<string>
}

function attempt(): Attempt {
  const child = spawn(process.execPath, [join(programs, 'hold-lock.mjs'), folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return { child, said: new Promise((resolve) => child.stdout.once('data', (text: Buffer) => resolve(String(text).trim()))) }
}

/** A lock file as somebody else would have left it. */
function leave(number: number, holder: Partial<LockHolder>): string {
  const taken = takeStateLock(folder, Date.now())
  taken.release()
  const [name] = readdirSync(folder)
  const own = JSON.parse(readFileSync(join(folder, name ?? ''), 'utf8')) as LockHolder
  rmSync(join(folder, name ?? ''))
  const file = join(folder, `lock.${number}`)
  writeFileSync(file, JSON.stringify({ ...own, released: false, ...holder }))
  return file
}

it('is held by one, released, and held by another', () => {
  const first = takeStateLock(folder, Date.now())
  expect(() => takeStateLock(folder, Date.now())).toThrow(`in use by process ${process.pid}`)
  first.release()
  expect(readLockHolder(folder, Date.now())).toBe(null)
  const second = takeStateLock(folder, Date.now())
  expect(readLockHolder(folder, Date.now())?.process.pid).toBe(process.pid)
  second.release()
})

it('names its living holder, and since when', async () => {
  const holder = attempt()
  expect(await holder.said).toBe('held')
  const since = readLockHolder(folder, Date.now())?.since ?? 'nobody'
  expect(await attempt().said).toBe(`state-locked ${folder} is in use by process ${holder.child.pid} since ${since}`)
})

it('is never held by two, however many try at once and however often the holder is killed', async () => {
  for (let round = 0; round < 4; round++) {
    const attempts = Array.from({ length: 6 }, attempt)
    const said = await Promise.all(attempts.map((each) => each.said))
    expect(said.filter((text) => text === 'held')).toHaveLength(1)
    const holder = attempts[said.indexOf('held')]
    for (const text of said) if (text !== 'held') expect(text).toContain(`in use by process ${holder?.child.pid}`)
    if (holder !== undefined) await kill(holder.child)
  }
  // Old generations are removed.
  expect(readdirSync(folder)).toHaveLength(1)
}, 60_000)

it('is not mistaken when the number of the dead holder belongs to another process now', () => {
  leave(3, { process: { pid: process.pid, startMark: 'another time' } })
  takeStateLock(folder, Date.now()).release()
  expect(readdirSync(folder)).toEqual(['lock.4'])
})

it('is not taken from a living process that was started before', () => {
  const parent = identifyProcess(process.ppid)
  if (parent === null) throw new Error('a process without a parent')
  leave(1, { process: parent })
  expect(() => takeStateLock(folder, Date.now())).toThrow(`in use by process ${process.ppid}`)
})

it('of another container is free once its holder has been silent for ten seconds', () => {
  const file = leave(1, { space: 'another boot', process: { pid: 1, startMark: '1' } })
  expect(() => takeStateLock(folder, Date.now())).toThrow('in use by process 1')
  const past = new Date(Date.now() - 11_000)
  utimesSync(file, past, past)
  takeStateLock(folder, Date.now()).release()
})

it('survives a file that a power failure left empty', () => {
  writeFileSync(join(folder, 'lock.7'), '')
  takeStateLock(folder, Date.now()).release()
  expect(readdirSync(folder)).toEqual(['lock.8'])
})
