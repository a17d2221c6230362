import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digestBytes, type Digest } from '../../../reconciler/core/digest.ts'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import { RunningFile, takeRunning } from '../../../reconciler/serving/releases/running-file.ts'

const [a, b, c] = ['a', 'b', 'c'].map((text) => digestBytes(Buffer.from(text))) as [Digest, Digest, Digest]

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-running-'))
  path = join(folder, '1')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function open(lines: string[] = []): RunningFile {
  return new RunningFile(path, pino({}, { write: (line: string) => void lines.push(line) }))
}

describe('the file of what a process runs', () => {
  it('names nothing when nothing runs, and is gone once it was read', () => {
    open().close()
    expect(takeRunning(path)).toEqual([])
    expect(existsSync(path)).toBe(false)
    expect(takeRunning(path)).toEqual([])
  })

  it('names each release that was entered and not left, once', () => {
    const file = open()
    const slots = [a, b, a, c].map((digest) => file.enter(digest))
    file.leave(slots[1] ?? -1)
    file.leave(slots[2] ?? -1)
    file.close()
    expect([...takeRunning(path)].sort()).toEqual([a, c].sort())
  })

  it('names exactly what is still running, whatever came and went, and however much at once', () => {
    const step = fc.oneof(fc.record({ enter: fc.constantFrom(a, b, c) }), fc.record({ leave: fc.nat({ max: 200 }) }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const file = open()
        const running: { readonly digest: Digest; readonly slot: number }[] = []
        for (const one of steps) {
          if ('enter' in one) running.push({ digest: one.enter, slot: file.enter(one.enter) })
          else for (const { slot } of running.splice(one.leave % (running.length + 1), 1)) file.leave(slot)
        }
        file.close()
        expect([...takeRunning(path)].sort()).toEqual([...new Set(running.map(({ digest }) => digest))].sort())
      }),
      { numRuns: 30 },
    )
  })

  it('names what has ended to the end of its turn only, and not when something else begins', async () => {
    const file = open()
    const named = () => readFileSync(path, 'latin1').match(/sha256:[0-9a-f]{64}/g) ?? []
    file.leave(file.enter(a))
    expect(named()).toEqual([a])
    const slot = file.enter(b)
    expect(named()).toEqual([b])
    file.leave(slot)
    expect(file.enter(b)).toBe(slot)
    await new Promise(setImmediate)
    expect(named()).toEqual([b])
    file.leave(slot)
    await new Promise(setImmediate)
    expect(takeRunning(path)).toEqual([])
    file.close()
  })

  it('starts empty, whatever an earlier process left there', () => {
    const earlier = open()
    earlier.enter(a)
    earlier.close()
    open().close()
    expect(takeRunning(path)).toEqual([])
  })

  it('says once that it can not be written, and lets what runs go on', () => {
    const lines: string[] = []
    const file = open(lines)
    file.close()
    const slot = file.enter(a)
    file.leave(slot)
    file.enter(b)
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['what is being run can not be written down'])
  })

  it('still names it when the process was killed in the middle', () => {
    const code = `
      const { RunningFile } = await import(${JSON.stringify(builtFile('serving/releases/running-file.js'))})
      const file = new RunningFile(${JSON.stringify(path)}, { error: () => undefined })
      file.leave(file.enter(${JSON.stringify(a)}))
      file.enter(${JSON.stringify(b)})
      file.enter(${JSON.stringify(c)})
      process.kill(process.pid, 'SIGSEGV')`
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', code])
    expect(signal).toBe('SIGSEGV')
    expect([...takeRunning(path)].sort()).toEqual([b, c].sort())
  })
})
