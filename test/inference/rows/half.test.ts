import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestHalf, readHalf, writeHalf } from '../../../reconciler/inference/rows/half.ts'

describe('FP16 words', () => {
  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0x7e00, NaN],
  ])('%i is %d', (word, value) => {
    expect(readHalf(word)).toBe(value)
  })

  it('are written as they were read, every one of them', () => {
    for (let word = 0; word < 0x10000; word++) {
      const value = readHalf(word)
      if (Number.isNaN(value)) expect(Number.isNaN(readHalf(writeHalf(value)))).toBe(true)
      else expect(writeHalf(value)).toBe(word)
    }
  })

  it.each([
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [2047.5 / 1024 / 1, 0x4000],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [-65520, 0xfc00],
    [largestHalf, 0x7bff],
  ])('%d, between two of them, goes to the nearer, or to the even one: %i', (value, word) => {
    expect(writeHalf(value)).toBe(word)
  })

  it('are never further from the number than the words beside them', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 65504, noNaN: true }), (value) => {
        const word = writeHalf(value)
        const distance = (other: number) => Math.abs(readHalf(other) - value)
        if (word > 0) expect(distance(word)).toBeLessThanOrEqual(distance(word - 1))
        if (word < 0x7bff) expect(distance(word)).toBeLessThanOrEqual(distance(word + 1))
      }),
      { numRuns: 5000 },
    )
  })
})
