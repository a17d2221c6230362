/** The load generator's own arithmetic: quantiles, arrival times, and answers found in bytes that come in any pieces. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LatencyHistogram } from '../bench/load/latency-histogram.mjs'
import { ResponseReader } from '../bench/load/response-reader.mjs'
import { arrivalGaps, seededRandom } from '../bench/load/seeded-random.mjs'

describe('the latency histogram', () => {
  it('gives every quantile within 1.6 percent above the exact one', () => {
    const latencies = fc.array(fc.double({ min: 0, max: 2_000_000, noNaN: true }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, quantile) => {
        const histogram = new LatencyHistogram()
        for (const value of values) histogram.record(value)
        const sorted = values.map((value) => Math.round(value * 1000)).sort((a, b) => a - b)
        const exact = (sorted[Math.max(1, Math.ceil(quantile * values.length)) - 1] ?? NaN) / 1000
        const found = histogram.quantileMs(quantile)
        expect(found).toBeGreaterThanOrEqual(exact)
        expect(found).toBeLessThanOrEqual(exact * 1.016)
      }),
    )
  })

  it('knows count, mean and maximum exactly, and says NaN of nothing', () => {
    const histogram = new LatencyHistogram()
    expect(histogram.summarize()).toMatchObject({ count: 0, meanMs: NaN, p99Ms: NaN, maxMs: NaN })
    for (const value of [1, 2, 6]) histogram.record(value)
    expect(histogram.summarize()).toMatchObject({ count: 3, meanMs: 3, maxMs: 6, p999Ms: 6 })
  })
})

describe('arrivals', () => {
  it('come again with their seed, and others with another', () => {
    const draw = (seed: number) => Array.from({ length: 20 }, seededRandom(seed))
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('of a Poisson process have the mean and the variance of an exponential distribution', () => {
    const gap = arrivalGaps('poisson', 200, seededRandom(3))
    const gaps = Array.from({ length: 100_000 }, gap)
    const mean = gaps.reduce((sum, value) => sum + value, 0) / gaps.length
    const variance = gaps.reduce((sum, value) => sum + (value - mean) ** 2, 0) / gaps.length
    expect(mean).toBeCloseTo(5, 1)
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1)
  })

  it('of a uniform rate are equally far apart', () => {
    const gap = arrivalGaps('uniform', 200, seededRandom(3))
    expect([gap(), gap()]).toEqual([5, 5])
  })
})

describe('the reader of answers', () => {
  const text =
    'HTTP/1.1 100 Continue\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 204 No Content\r\n\r\n' +
    'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\nConnection: close\r\n\r\nbusy'

  it('finds every answer wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }), (places) => {
        const found: unknown[] = []
        const reader = new ResponseReader(({ status, body, closes }) => found.push([status, body.toString(), closes]))
        const shared = Buffer.alloc(text.length)
        const cuts = [0, ...places.sort((a, b) => a - b), text.length]
        for (let at = 1; at < cuts.length; at++) {
          // The connection reads into the same bytes again and again.
          const size = shared.write(text.slice(cuts[at - 1], cuts[at]))
          reader.push(shared.subarray(0, size))
        }
        expect(found).toEqual([[200, 'hello', false], [204, '', false], [503, 'busy', true]]) // prettier-ignore
        expect(reader.started).toBe(false)
      }),
    )
  })

  it.each([
    ['something else', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['an answer without a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
  ])('refuses %s', (_what, bytes) => {
    const reader = new ResponseReader(() => undefined)
    expect(() => reader.push(Buffer.from(bytes))).toThrow()
  })
})
