/** The bounded log: what stays in the file, what is shown, and that no failure of the disk stops the program. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openBoundedLog } from '../../../reconciler/training/log/bounded-log.ts'
import { cleanLines } from '../../../reconciler/training/log/clean-lines.ts'
import { keepLastBytes } from '../../../reconciler/training/log/last-bytes.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-log-'))
const file = join(folder, 'log.txt')
afterAll(() => rmSync(folder, { recursive: true }))

function write(chunks: readonly string[], file_ = file): { text: string; lines: string[]; problem: string | null } {
  const lines: string[] = []
  const log = openBoundedLog({ file: file_, headBytes: 10, tailBytes: 8, onLines: (fresh) => lines.push(...fresh) })
  for (const chunk of chunks) log.write(Buffer.from(chunk))
  const problem = log.close()
  return { text: file_ === file ? readFileSync(file, 'utf8') : '', lines, problem }
}

describe('the file of a log', () => {
  it.each([
    ['nothing', [], ''],
    ['less than the head', ['abc', 'def'], 'abcdef'],
    ['head and tail together', ['0123456789', 'abcdefgh'], '0123456789abcdefgh'],
    ['one byte more', ['0123456789abcdefghi'], '0123456789\n\n[… 1 bytes are left out here …]\n\nbcdefghi'],
    ['much more', ['0123456789', 'x'.repeat(1000), 'tail8...'], '0123456789\n\n[… 1000 bytes are left out here …]\n\ntail8...'],
  ])('holds of %s what it may', (_, chunks, expected) => {
    expect(write(chunks).text).toBe(expected)
  })

  it('is whole when written in any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 })), (chunks) => {
        const whole = chunks.join('')
        expect(write(chunks).text).toBe(write([whole]).text)
      }),
      { numRuns: 50 },
    )
  })

  it('has its end also before it is closed', async () => {
    const log = openBoundedLog({ file, headBytes: 4, tailBytes: 4, onLines: () => undefined })
    log.write(Buffer.from('headmiddletail'))
    await sleep(2_300)
    expect(readFileSync(file, 'utf8')).toMatch(/^head[^]*6 bytes[^]*tail$/)
    log.close()
  })

  it('says why it is not whole on a full disk, and stops nobody', () => {
    const { lines, problem } = write(['one\n', 'two\n'], '/dev/full')
    expect(problem).toContain('ENOSPC')
    expect(lines).toEqual(['one', 'two'])
  })
})

describe('what is shown of a log', () => {
  it('waits for the end of a line', async () => {
    const lines: string[] = []
    const log = openBoundedLog({ file, headBytes: 100, tailBytes: 100, onLines: (fresh) => lines.push(...fresh) })
    log.write(Buffer.from('epoch 1\nepo'))
    await sleep(250)
    expect(lines).toEqual(['epoch 1'])
    log.write(Buffer.from('ch 2\n'))
    await sleep(250)
    expect(lines).toEqual(['epoch 1', 'epoch 2'])
    log.close()
    expect(lines).toHaveLength(2)
  })

  it('is the end of very much, and says how much is not there', () => {
    const { lines } = write([...Array.from({ length: 10_000 }, (_, index) => `line ${index}\n`)])
    expect(lines[0]).toMatch(/^… \d+ bytes are not shown$/)
    expect(lines.at(-1)).toBe('line 9999')
    expect(lines.length).toBeLessThan(2_500)
  })
})

describe('the last bytes', () => {
  it('are those of everything that was added', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.integer({ min: 1, max: 12 }), (chunks, limit) => {
        const kept = keepLastBytes(limit)
        for (const chunk of chunks) kept.add(chunk)
        expect(kept.read()).toEqual(Buffer.concat(chunks).subarray(-limit))
      }),
    )
  })
})

describe('lines for people', () => {
  it.each([
    ['a progress bar', '10%\r50%\r100%\nnext', ['100%', 'next']],
    ['colours', '\u001b[31mred\u001b[0m', ['red']],
    ['control characters', 'a\u0007b\u0000c', ['abc']],
    ['empty lines and carriage returns', 'a\r\n\r\n\n  \nb', ['a', 'b']],
    ['a very long line', 'x'.repeat(600), [`${'x'.repeat(500)}…`]],
  ])('are plain: %s', (_, text, expected) => {
    expect(cleanLines(Buffer.from(text))).toEqual(expected)
  })

  it('survive bytes that are no text', () => {
    expect(cleanLines(Buffer.from([0x61, 0xff, 0x62]))).toEqual(['a\ufffdb'])
  })
})
