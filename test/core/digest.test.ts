import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digestBytes, digestValue, shortDigest } from '../../reconciler/core/digest.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'

const vectors = join(packageRoot, 'test/vectors/rfc8785')

/** RFC 8785, appendix B: the bits of a number and its text. */
const numbers = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const

describe('canonical JSON', () => {
  it.each(['arrays', 'french', 'structures', 'unicode', 'values', 'weird'])('agrees with RFC 8785 on %s', (name) => {
    const input: unknown = JSON.parse(readFileSync(join(vectors, `${name}.input.json`), 'utf8'))
    expect(canonicalJson(input)).toBe(readFileSync(join(vectors, `${name}.output.json`), 'utf8'))
  })

  it.each(numbers)('writes the number with the bits %s as %s', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text)
  })

  it('leaves out what is undefined, writes NaN and infinities as null, and bigint as a string', () => {
    const value = { z: undefined, a: [NaN, Infinity, -Infinity, undefined], i: 9007199254740993n }
    expect(canonicalJson(value)).toBe('{"a":[null,null,null,null],"i":"9007199254740993"}')
  })

  it('means the same after reading, and is a fixed point', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('does not depend on the order in which keys were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(record))
      }),
    )
  })
})

describe('a digest', () => {
  it("is SHA-256 in hex, of the text's UTF-8", () => {
    const published = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(digestBytes('abc')).toBe(published)
    expect(digestBytes(new Uint8Array([97, 98, 99]))).toBe(published)
    const umlaut = createHash('sha256').update(Buffer.from('"ü"', 'utf8')).digest('hex')
    expect(digestValue('ü')).toBe(`sha256:${umlaut}`)
  })

  it('is shown by its first twelve digits', () => {
    expect(shortDigest(digestBytes('abc'))).toBe('ba7816bf8f01')
  })
})
