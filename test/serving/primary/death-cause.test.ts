import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isCrash, readOomKills, type ProcessEnd } from '../../../reconciler/serving/primary/death-cause.ts'

/** That the kernel had counted before, and has counted now. */
type OomKills = readonly [number | null, number | null]

describe('a worker died of what it was running', () => {
  it.each<[string, ProcessEnd, OomKills, boolean]>([
    ['a bad address', { code: null, signal: 'SIGSEGV' }, [0, 0], true],
    ['abort(), also that of V8 out of heap', { code: null, signal: 'SIGABRT' }, [0, 0], true],
    ['an instruction that the processor lacks', { code: null, signal: 'SIGILL' }, [0, 0], true],
    ['a division by zero', { code: null, signal: 'SIGFPE' }, [null, null], true],
    ['a file that shrank under a mapping', { code: null, signal: 'SIGBUS' }, [null, null], true],
    ['the kernel, out of memory', { code: null, signal: 'SIGKILL' }, [3, 4], true],
    ['kill -9 by hand', { code: null, signal: 'SIGKILL' }, [3, 3], false],
    ['kill -9 where the kernel counts nothing', { code: null, signal: 'SIGKILL' }, [null, null], false],
    ['kill -9 where the kernel counts only now', { code: null, signal: 'SIGKILL' }, [null, 4], false],
    ['being asked to stop', { code: null, signal: 'SIGTERM' }, [0, 1], false],
    ['Ctrl-C', { code: null, signal: 'SIGINT' }, [0, 0], false],
    ['an end in good order', { code: 0, signal: null }, [0, 1], false],
    ['an error of its own', { code: 1, signal: null }, [0, 1], false],
  ])('by %s', (_title, end, [before, now], expected) => {
    expect(isCrash(end, before, now)).toBe(expected)
  })
})

describe('the kernel', () => {
  it('says how many processes it has killed for lack of memory', () => {
    const line = readFileSync('/proc/vmstat', 'utf8')
      .split('\n')
      .find((text) => text.startsWith('oom_kill '))
    expect(readOomKills()).toBe(line === undefined ? null : Number(line.split(' ')[1]))
  })
})
