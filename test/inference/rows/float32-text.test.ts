/** Texts of float32: read back as the same float32 by whoever reads them, and short. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeFloat32 } from '../../../reconciler/inference/rows/float32-text.ts'

/** The decimal rounded to a float32 at once, without a float64 between: the nearest by exact arithmetic. */
function readFloat32(text: string): number {
  const near = Math.fround(Number(text))
  const candidates = [near, neighbour(near, 1), neighbour(near, -1)].filter(Number.isFinite)
  const distances = candidates.map((value) => distance(text, value))
  const least = distances.reduce((a, b) => (a < b ? a : b))
  return candidates[distances.indexOf(least)] ?? NaN
}

function neighbour(value: number, step: number): number {
  const words = new Int32Array(new Float32Array([value]).buffer)
  words[0] = (words[0] ?? 0) + step
  return new Float32Array(words.buffer)[0] ?? NaN
}

/** |text - value| in units of 10^-200, exactly. */
function distance(text: string, value: number): bigint {
  const difference = scaled(text) - scaled(exactText(value))
  return difference < 0n ? -difference : difference
}

function exactText(value: number): string {
  let [whole, power] = [value, 0]
  while (!Number.isInteger(whole)) {
    whole *= 2
    power++
  }
  return `${BigInt(whole) * 5n ** BigInt(power)}e${-power}`
}

function scaled(text: string): bigint {
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? []
  const digits = BigInt(integer + fraction)
  const places = 200 + Number(exponent) - fraction.length
  return (sign === '-' ? -1n : 1n) * digits * 10n ** BigInt(places)
}

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true })
const probability = fc.float({ min: 0, max: 1, noNaN: true })

it.each([
  ['any', float32],
  ['a probability', probability],
])('%s is read back as it was', (_, values) => {
  fc.assert(
    fc.property(values, (value) => {
      const text = writeFloat32(value)
      expect(Math.fround(Number(text))).toBe(value === 0 ? 0 : value)
      expect(readFloat32(text) === value).toBe(true)
      expect(text.replace(/^-?0\.0*|[.-]|e.*$/g, '').length).toBeLessThanOrEqual(Number.isInteger(value) ? 40 : 9)
      expect(() => JSON.parse(text) as unknown).not.toThrow()
    }),
    { numRuns: 5000 },
  )
})

it.each([
  [0.42467302083969116, '0.42467302'],
  [Math.fround(0.1), '0.1'],
  [Math.fround(-0.05), '-0.05'],
  [0.5, '0.5'],
  [1, '1'],
  [-2.5, '-2.5'],
  [Math.fround(0.0123456789), '0.012345679'],
  [16777216, '16777216'],
  [Math.fround(1e-10), '1e-10'],
  [Math.fround(3.4028234663852886e38), '3.4028234663852886e+38'],
  [NaN, 'null'],
  [-Infinity, 'null'],
])('%s is %s', (value, text) => {
  expect(writeFloat32(value)).toBe(text)
})
