/** Both tables see the same processes of this machine, and agree with what Node knows of itself. */
import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { openProcessTable } from '../../../reconciler/training/processes/open-process-table.ts'
import { createPsTable, parsePsLines } from '../../../reconciler/training/processes/ps-table.ts'
import { mebibyte } from '../support/run-shell.ts'

const tables = [
  ['/proc', openProcessTable('linux')],
  ['ps', createPsTable()],
] as const

describe.each(tables)('the table of %s', (_, table) => {
  it('has this process, its parent, and its memory', async () => {
    const found = (await table.list()).find(({ pid }) => pid === process.pid)
    expect(found).toMatchObject({ pid: process.pid, parent: process.ppid })
    const { bytes = 0 } = (await table.measure(process.pid)) ?? {}
    expect(Math.abs(bytes - process.memoryUsage().rss)).toBeLessThan(40 * mebibyte)
  })

  it('has the group of a child that leads one, until it has ended', async () => {
    const child = spawn('sleep', ['30'], { detached: true })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const find = async () => (await table.list()).find(({ pid }) => pid === child.pid)
    const first = await find()
    expect(first).toMatchObject({ group: child.pid, parent: process.pid, name: 'sleep' })
    expect((await find())?.started).toBe(first?.started)
    child.kill('SIGKILL')
    await ended
    expect(await find()).toBeUndefined()
    expect(await table.measure(child.pid ?? 0)).toBeNull()
  })
})

describe('the table of /proc', () => {
  const table = openProcessTable('linux')

  it('knows what a process was started with, and only whole assignments', async () => {
    const child = spawn('sleep', ['30'], { env: { PATH: '/usr/bin:/bin', MARK: 'abc-1' } })
    await new Promise((resolve) => child.once('spawn', resolve))
    expect(await table.hasVariable(child.pid ?? 0, 'MARK=abc-1')).toBe(true)
    expect(await table.hasVariable(child.pid ?? 0, 'MARK=abc')).toBe(false)
    child.kill('SIGKILL')
  })

  it('counts what the kernel ended for want of memory', async () => {
    expect(await table.countMemoryKills()).toBeGreaterThanOrEqual(0)
  })
})

describe('lines of ps', () => {
  it('are read as macOS writes them', () => {
    const text = [
      '    1     0     1  12345 Ss   Fri Nov 27 08:00:01 2026     /sbin/launchd',
      '  912   911   911   2048 R+   Fri Nov 27 14:38:00 2026     /opt/My Programs/python3.11',
      '  913   911   911      0 Z+   Fri Nov 27 14:38:00 2026     (python3.11)',
      '',
    ].join('\n')
    expect(parsePsLines(text)).toEqual([
      { pid: 1, parent: 0, group: 1, started: 'Fri Nov 27 08:00:01 2026', name: 'launchd', residentBytes: 12345 * 1024 },
      { pid: 912, parent: 911, group: 911, started: 'Fri Nov 27 14:38:00 2026', name: 'python3.11', residentBytes: 2048 * 1024 },
    ])
  })

  it('are of no use on Windows, which is said', () => {
    expect(() => openProcessTable('win32')).toThrow('trainers run on Linux and macOS')
  })
})
