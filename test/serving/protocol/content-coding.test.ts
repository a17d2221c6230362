/** Content codings against zlib's own streams, honest and hostile. */
import { join } from 'node:path'
import { execa } from 'execa'
import { constants, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { builtFile, packageRoot } from '../../../reconciler/core/package-root.ts'
import { chooseCoding, deflateBody, inflateBody, readContentCoding } from '../../../reconciler/serving/protocol/content-coding.ts'
import { workerMemory } from '../../../reconciler/serving/worker-memory.ts'
import { InflationBudget } from '../../../reconciler/serving/protocol/inflation-budget.ts'

const text = Buffer.from('{"inputs":[1,2,3]}'.repeat(100))
const mebibyte = 1024 * 1024

describe('the coding of a request', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    [' Identity ', 'identity'],
    ['gzip', 'gzip'],
    ['X-GZip', 'gzip'],
    ['deflate', 'deflate'],
  ])('%j is %s', (header, coding) => {
    expect(readContentCoding(header)).toBe(coding)
  })

  it.each(['br', 'zstd', 'gzip, gzip', 'deflate, identity', 'gzip;q=1', `gzip${'p'.repeat(10_000)}`])(
    '%.20j is refused',
    (header) => {
      expect(() => readContentCoding(header)).toThrow(
        expect.objectContaining({
          code: 'unsupported',
          message: expect.stringMatching(
            /^the content coding ".{2,60}" is not supported, expected one of gzip, deflate$/,
          ) as string,
        }),
      )
    },
  )
})

describe('the coding of a response', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['deflate', 'deflate'],
    ['br', 'identity'],
    ['gzip, deflate, br', 'gzip'],
    ['deflate, gzip', 'gzip'],
    ['gzip;q=0.5, deflate;q=0.8', 'deflate'],
    ['gzip; Q=0.5 ,deflate ; q=0.25', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, deflate', 'deflate'],
    ['*', 'gzip'],
    ['*;q=0', 'identity'],
    ['gzip;q=0, *', 'deflate'],
    ['identity, *;q=0.5', 'identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=1, gzip;q=0.9', 'identity'],
    ['identity;q=0', 'identity'],
    ['identity;q=0, gzip;q=0.001', 'gzip'],
    ['gzip;q=2, deflate;q=0.1', 'deflate'],
    ['gzip;q=nan', 'identity'],
    [',,;;=,q', 'identity'],
    ['x-gzip', 'gzip'],
  ])('for %j is %s', (header, coding) => {
    expect(chooseCoding(header)).toBe(coding)
  })
})

describe('a coded body', () => {
  it.each([
    ['gzip', 'gzip', gzipSync(text)],
    ['gzip in two members', 'gzip', Buffer.concat([gzipSync(text.subarray(0, 500)), gzipSync(text.subarray(500))])],
    ['deflate in the zlib format', 'deflate', deflateSync(text)],
    ['deflate, fast', 'deflate', deflateSync(text, { level: 1 })],
    ['deflate without its header', 'deflate', deflateRawSync(text)],
    ['identity', 'identity', text],
  ] as const)('in %s is read', async (_name, coding, body) => {
    expect(await inflateBody(body, coding, text.length)).toEqual(text)
  })

  it.each(['gzip', 'deflate'] as const)('in %s is written as zlib reads it', async (coding) => {
    const body = await deflateBody(text, coding)
    expect(body.length).toBeLessThan(text.length / 2)
    expect((coding === 'gzip' ? gunzipSync : inflateSync)(body)).toEqual(text)
  })

  it.each([
    ['of no bytes', 'gzip', Buffer.alloc(0), /can not be read as gzip/],
    ['of no bytes', 'deflate', Buffer.alloc(0), /can not be read as deflate/],
    ['that is none', 'gzip', text, /incorrect header check/],
    ['that is none', 'deflate', text, /can not be read as deflate/],
    ['that is truncated', 'gzip', gzipSync(text).subarray(0, -1), /unexpected end of file/],
    ['that is truncated', 'deflate', deflateSync(text).subarray(0, -5), /unexpected end of file/],
    ['with a wrong checksum', 'gzip', flipped(gzipSync(text), -6), /incorrect data check/],
    ['with a wrong length', 'gzip', flipped(gzipSync(text), -2), /incorrect length check/],
    ['with bytes behind it', 'gzip', Buffer.concat([gzipSync(text), Buffer.from('{}')]), /incorrect header check/],
    ['with zeros behind it', 'gzip', Buffer.concat([gzipSync(text), Buffer.alloc(9)]), /the gzip body/],
    ['with bytes behind it', 'deflate', Buffer.concat([deflateSync(text), text]), /ends after \d+ bytes, found \d+/],
  ] as const)('%s is refused (%s)', async (_name, coding, body, message) => {
    await expect(inflateBody(body, coding, mebibyte)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(message) as string,
    })
  })

  it('may have exactly the limit and not one byte more', async () => {
    expect(await inflateBody(gzipSync(text), 'gzip', text.length)).toHaveLength(text.length)
    await expect(inflateBody(gzipSync(text), 'gzip', text.length - 1)).rejects.toMatchObject({
      code: 'too-large',
      message: `the gzip body inflates to more than ${text.length - 1} bytes`,
    })
  })

  it.each(['gzip', 'deflate'] as const)('of 10 GB of zeros in %s is refused, and takes little memory', async (coding) => {
    const bomb = makeBomb(coding)
    const before = process.memoryUsage().rss
    await expect(inflateBody(bomb, coding, 16 * mebibyte)).rejects.toMatchObject({ code: 'too-large' })
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * mebibyte)
  })
})

describe('many bombs at once', () => {
  it('take the memory of a few', async () => {
    const bomb = gzipSync(Buffer.alloc(15 * mebibyte))
    const budget = new InflationBudget(32 * mebibyte)
    let [running, most, bytes] = [0, 0, 0]
    await Promise.all(
      Array.from({ length: 40 }, () =>
        budget.inflate(bomb.length, 16 * mebibyte, async () => {
          most = Math.max(most, ++running)
          const { length } = await inflateBody(bomb, 'gzip', 16 * mebibyte)
          bytes += length
          running--
        }),
      ),
    )
    expect([most, bytes]).toEqual([2, 40 * 15 * mebibyte])
  })

  it('do not hold up the budget when they are refused, nor stop small bodies', async () => {
    const budget = new InflationBudget(mebibyte)
    const refused = await Promise.allSettled(
      Array.from({ length: 5 }, () => budget.inflate(1e6, 16 * mebibyte, () => Promise.reject(new Error('no')))),
    )
    expect(refused.map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    let running = 0
    const seen = await Promise.all(
      Array.from({ length: 5 }, () =>
        budget.inflate(100, 16 * mebibyte, async () => {
          running++
          await new Promise(setImmediate)
          return running
        }),
      ),
    )
    expect(Math.max(...seen)).toBe(5)
  })
})

function flipped(body: Buffer, at: number): Buffer {
  const index = body.length + at
  body[index] = (body[index] ?? 0) ^ 0xff
  return body
}

/** Every block stands alone, so that one mebibyte that was compressed once can be repeated. */
function makeBomb(coding: 'gzip' | 'deflate'): Buffer {
  if (coding === 'gzip') return Buffer.concat(Array<Buffer>(10_240).fill(gzipSync(Buffer.alloc(mebibyte))))
  const block = deflateRawSync(Buffer.alloc(mebibyte), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array<Buffer>(10_240).fill(block)])
}

describe('memory', () => {
  it.runIf(process.platform === 'linux')('is given back after bodies that became large', async () => {
    const program = join(packageRoot, 'test/serving/protocol/inflated-heap.mjs')
    const built = builtFile('serving/protocol/content-coding.js')
    const { stdout } = await execa('node', ['--expose-gc', program, built], { env: workerMemory })
    // 3 MB of its own; 50 MB when the pieces are small.
    expect(Number(stdout)).toBeLessThan(15)
  })
})
