import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJsonBody } from '../../../reconciler/serving/protocol/json-body.ts'

const parse = (text: string, jsonDepth = 64) => parseJsonBody(Buffer.from(text), { jsonDepth, jsonContainers: 1000 })

describe('a JSON body', () => {
  it('is what JSON.parse says, for any JSON that is not too deep', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(parse(text)).toEqual(JSON.parse(text))
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

  it.each(['', ' ', '{', '"', '"\\', 'NaN', '{"a":1}}', '\ufeff{}', "{'a':1}", '[1,]', '01', '+1', '\u0000'])(
    'is refused when it is %j',
    (text) => {
      expect(() => parse(text)).toThrow(/the body is/)
    },
  )
})
