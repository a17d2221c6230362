import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'
import { parseJsonBody } from '../../../reconciler/serving/protocol/json-body.ts'

const parse = (text: string, jsonDepth = 64) =>
  parseJsonBody(Buffer.from(text), { jsonDepth, jsonContainers: 1000, jsonValues: 2000, jsonLayouts: 20, textBytes: 9000 })

describe('a JSON body', () => {
  it('is what JSON.parse says, for any JSON that is not too deep', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(parseJsonBody(Buffer.from(text), defaultLimits)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('may be nested as deep as the limit, brackets in texts not counted', () => {
    expect(parse('[[1]]', 2)).toEqual([[1]])
    expect(() => parse('[[[1]]]', 2)).toThrow('the JSON is nested deeper than 2 levels')
    expect(() => parse('[{"a":[1]}]', 2)).toThrow('nested deeper')
    expect(parse('["[[[[","\\"[[[[","\\\\",[1]]', 2)).toEqual(['[[[[', '"[[[[', '\\', [1]])
    expect(parse('[[1],[2],{},{},[3]]', 2)).toHaveLength(5)
  })

  it('is judged before anything is built from it: ten million brackets are refused at once', () => {
    const startedAt = performance.now()
    expect(() => parse('['.repeat(10_000_000))).toThrow('nested deeper')
    expect(performance.now() - startedAt).toBeLessThan(500)
  })

  it('may have as many objects and arrays as the limit', () => {
    expect(parse(`[${'{},'.repeat(998)}[]]`)).toHaveLength(999)
    expect(() => parse(`[${'{},'.repeat(999)}[]]`)).toThrow('the JSON has more than 1000 objects and arrays')
  })

  it('may have as many values as the limit, commas in texts not counted', () => {
    expect(parse(`[${'1,'.repeat(1999)}1]`)).toHaveLength(2000)
    expect(() => parse(`[${'1,'.repeat(2000)}1]`)).toThrow('the JSON has more than 2000 values')
    expect(parse(`["${','.repeat(9000)}"]`)).toHaveLength(1)
  })

  it('may have texts as long as the limit, keys too', () => {
    expect(parse(`"${'x'.repeat(9000)}"`)).toHaveLength(9000)
    expect(() => parse(`"${'x'.repeat(9001)}"`)).toThrow('the JSON has a text of more than 9000 bytes')
    expect(() => parse(`{"${'x'.repeat(9001)}":1}`)).toThrow('a text of more than 9000 bytes')
  })

  it('may have as many members as it likes when its objects are alike, in a few orders', () => {
    const row = '{"a":1,"b":{"c":2},"d:":[3]}'
    const turned = '{"d:":[3], "b" : {"c":2},"a":"x:y"}'
    expect(parse(`[${Array<string>(100).fill(`${row},${turned}`).join(',')}]`)).toHaveLength(200)
  })

  it('may have no more layouts than the limit: other keys, or other orders of the same', () => {
    const rows = (count: number, row: (index: number) => string) =>
      `[${Array.from({ length: count }, (_, at) => row(at)).join(',')}]`
    const ownKey = (index: number) => `{"k${index}":1,"x":2}`
    expect(parse(rows(10, ownKey))).toHaveLength(10)
    expect(() => parse(rows(11, ownKey))).toThrow('the objects of the JSON have more than 20 different sequences of keys')
    const orders = ['abcd', 'abdc', 'acbd', 'acdb', 'bacd', 'badc', 'bcad', 'bcda', 'cabd', 'cadb']
    const ordered = (index: number) => `{${[...(orders[index] ?? '')].map((key) => `"${key}":1`).join(',')}}`
    expect(() => parse(rows(10, ordered))).toThrow('more than 20 different sequences')
    expect(parse(rows(4, ordered))).toHaveLength(4)
  })

  it('is refused at once when ninety thousand objects have keys of their own', () => {
    const objects = Array.from({ length: 90_000 }, (_, index) => `{"a${index}":1,"b${index}":2,"c${index}":3}`).join(',')
    const body = Buffer.from(`[${objects}]`)
    const startedAt = performance.now()
    expect(() => parseJsonBody(body, defaultLimits)).toThrow('more than 5000 different sequences of keys')
    expect(performance.now() - startedAt).toBeLessThan(1500)
  })

  it.each(['', ' ', '{', '"', '"\\', 'NaN', '{"a":1}}', '\ufeff{}', "{'a':1}", '[1,]', '01', '+1', '\u0000'])(
    'is refused when it is %j',
    (text) => {
      expect(() => parse(text)).toThrow(/the body is/)
    },
  )

  it('has no member of its outermost object twice, however it is written; deeper the last counts', () => {
    for (const text of ['{"inputs":[1],"id":"a","inputs":[]}', '{"a":1,"\\u0061":2}', '{"__proto__":1,"__proto__":2}']) {
      expect(() => parse(text)).toThrow('the outermost object of the JSON has the same member twice')
    }
    expect(parse('{"a":{"b":1,"b":2},"c":[{"b":1,"b":3}],"d":":"}')).toEqual({ a: { b: 2 }, c: [{ b: 3 }], d: ':' })
    expect(parse('{"__proto__":{"x:y":1}}')).toHaveProperty('__proto__', { 'x:y': 1 })
  })
})
