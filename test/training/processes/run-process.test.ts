/** Real programs, good and bad: how they end, and that nobody is left of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openProcessTable } from '../../../reconciler/training/processes/open-process-table.ts'
import { findMarked, mebibyte, runProgram } from '../support/run-shell.ts'

const usual = { timeoutMs: 20_000, memoryBytes: 1024 * mebibyte, diskBytes: Infinity }

/** Python that leaves a grandchild in a session of its own, without parent, which ignores SIGTERM. */
const daemon = `
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    os._exit(0)
os.wait()
`

describe('a program that ends', () => {
  it('has its exit code and its lines in their order', async () => {
    const run = await runProgram(['sh', '-c', 'echo one; echo two >&2; echo three; exit 3'])
    expect(run.end).toEqual({ kind: 'exited', code: 3 })
    expect(run.logTail).toEqual(['one', 'two', 'three'])
    expect(run.log).toBe('one\ntwo\nthree\n')
    expect(run.strays).toEqual([])
  })

  it('has the signal that ended it, and no suspicion where the kernel ended nobody', async () => {
    const run = await runProgram(['sh', '-c', 'kill -9 $$'])
    expect(run.end).toEqual({ kind: 'signalled', signal: 'SIGKILL', suspect: null })
  })

  it('is suspected of want of memory when the kernel ended somebody meanwhile', async () => {
    const counts = [4, 5]
    const table = { ...openProcessTable(), countMemoryKills: () => Promise.resolve(counts.shift() ?? null) }
    const run = await runProgram(['sh', '-c', 'kill -9 $$'], { table })
    expect(run.end).toEqual({ kind: 'signalled', signal: 'SIGKILL', suspect: 'memory' })
    expect(run.memoryKills).toBe(1)
  })

  it('gets its arguments as they are, and only the variables that are given', async () => {
    const run = await runProgram(['sh', '-c', 'printf "%s|" "$@"; env | sort', 'sh', 'a b', '$HOME', ';', ''])
    const [args, ...variables] = run.logTail.join('\n').split(/\|(?=[^|]*$)/)
    expect(args).toBe('a b|$HOME|;|')
    const names = variables
      .join('')
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? ''))).toEqual(['PATH', 'RUN'])
  })

  it('can not be started in a folder that is not there', async () => {
    await expect(runProgram(['true'], { folder: '/nowhere' })).rejects.toThrow('ENOENT')
  })
})

describe('children that outlive their program', () => {
  it('are ended, also in a session of their own, and named', async () => {
    const run = await runProgram(['python3', '-c', daemon])
    expect(run.end).toEqual({ kind: 'exited', code: 0 })
    expect(run.strays).toHaveLength(1)
    expect(run.strays[0]?.name).toMatch(/^python/)
    expect(findMarked(run.id)).toEqual([])
  })

  it('are found by their descent when they hide their variables', async () => {
    const run = await runProgram(['sh', '-c', 'sleep 0.3; setsid env -i sleep 61.5 & sleep 1.5'])
    expect(run.strays.map(({ name }) => name)).toEqual(['sleep'])
    const again = await runProgram(['sh', '-c', "ps -A -o args= | grep -c '[s]leep 61.5'"])
    expect(again.logTail).toEqual(['0'])
  })

  it('are no strays when they end a moment later by themselves', async () => {
    const run = await runProgram(['sh', '-c', '(sleep 0.1; echo late) & exit 0'])
    expect(run.strays).toEqual([])
    expect(run.logTail).toEqual(['late'])
  })
})

describe('a limit', () => {
  it('on time ends a program that hangs and ignores SIGTERM, after its grace', async () => {
    const run = await runProgram(['sh', '-c', "trap '' TERM; echo started; while :; do sleep 0.1; done"], {
      limits: { ...usual, timeoutMs: 700 },
      ending: { graceMs: 500, killMs: 5_000 },
    })
    expect(run.end).toEqual({ kind: 'stopped', reason: 'timeout' })
    expect(run.logTail).toEqual(['started'])
    expect(run.tookMs).toBeGreaterThan(1_100)
    expect(run.tookMs).toBeLessThan(5_000)
    expect(findMarked(run.id)).toEqual([])
  })

  it('on time lets a program end well that hears SIGTERM', async () => {
    const run = await runProgram(['sh', '-c', "trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done"], {
      limits: { ...usual, timeoutMs: 500 },
    })
    expect(run.end).toEqual({ kind: 'stopped', reason: 'timeout' })
    expect(run.logTail).toContain('bye')
  })

  it('on memory counts the whole tree', async () => {
    const child = `import time; held = b'x' * (150 * 1024 * 1024); time.sleep(30)`
    const parent = `import subprocess, sys, time; [subprocess.Popen([sys.executable, '-c', sys.argv[1]]) for _ in range(2)]; time.sleep(30)`
    const run = await runProgram(['python3', '-c', parent, child], { limits: { ...usual, memoryBytes: 250 * mebibyte } })
    expect(run.end).toEqual({ kind: 'stopped', reason: 'memory' })
    expect(run.peakMemoryBytes).toBeGreaterThan(250 * mebibyte)
    expect(findMarked(run.id)).toEqual([])
  })

  it('on memory counts once what forks share', async () => {
    const forks = `
import os, time
held = b'x' * (150 * 1024 * 1024)
pids = [os.fork() for _ in range(2)]
time.sleep(0.6)
`
    const run = await runProgram(['python3', '-c', forks], { limits: { ...usual, memoryBytes: 250 * mebibyte } })
    expect(run.end).toEqual({ kind: 'exited', code: 0 })
  })

  it('on disk ends a program that fills it', async () => {
    const fill = 'i=0; while :; do i=$((i+1)); head -c 1048576 /dev/zero > $i; sleep 0.01; done'
    const run = await runProgram(['sh', '-c', fill], { limits: { ...usual, diskBytes: 20 * mebibyte } })
    expect(run.end).toEqual({ kind: 'stopped', reason: 'disk' })
    expect(findMarked(run.id)).toEqual([])
  })

  it('on disk bounds a single file that grows faster than anybody looks', async () => {
    const run = await runProgram(['sh', '-c', 'dd if=/dev/zero of=big bs=1M count=400 2>/dev/null; wc -c < big'], {
      limits: { ...usual, diskBytes: 5 * mebibyte },
      measureDisk: () => Promise.resolve(0),
    })
    expect(run.logTail).toContain(String(10 * mebibyte))
  })
})

describe('a cancelled program', () => {
  it('ends with everything it started', async () => {
    const controller = new AbortController()
    const running = runProgram(['sh', '-c', 'setsid sleep 60 & sleep 60'], { signal: controller.signal })
    await sleep(400)
    controller.abort()
    const run = await running
    expect(run.end).toEqual({ kind: 'stopped', reason: 'cancelled' })
    expect(run.tookMs).toBeLessThan(5_000)
    expect(findMarked(run.id)).toEqual([])
  })

  it('is never started when it was cancelled before', async () => {
    const run = await runProgram(['sh', '-c', 'echo started'], { signal: AbortSignal.abort() })
    expect(run.end).toEqual({ kind: 'stopped', reason: 'cancelled' })
    expect(run.log).toBe('')
  })
})

describe('a program that prints 200 MB', () => {
  it('is not held up, and its log keeps both ends', async () => {
    const print = `
import sys
print('first line')
line = b'y' * 99 + b'\\n'
for _ in range(200): sys.stdout.buffer.write(line * 10_000)
print('last line')
`
    const before = process.memoryUsage().rss
    const run = await runProgram(['python3', '-u', '-c', print])
    expect(run.end).toEqual({ kind: 'exited', code: 0 })
    expect(run.log.startsWith('first line\n')).toBe(true)
    expect(run.log.endsWith('last line\n')).toBe(true)
    const written = 200 * 10_000 * 100 + 'first line\nlast line\n'.length
    expect(run.log).toContain(`[… ${written - 128 * 1024} bytes are left out here …]`)
    expect(run.log.length).toBeLessThan(129 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * mebibyte)
  })
})
