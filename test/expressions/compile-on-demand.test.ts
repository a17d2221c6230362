import { describe, expect, it } from 'vitest'
import type { FeatureDtype } from '../../reconciler/core/feature-dtype.ts'
import type { FeatureValue } from '../../reconciler/core/feature-value.ts'
import type { OnDemandDtype } from '../../reconciler/core/on-demand-feature.ts'
import { compileOnDemand, type OnDemandInput } from '../../reconciler/expressions/compile-on-demand.ts'

const inputs: readonly OnDemandInput[] = Object.entries({
  wind: 'float32',
  speed: 'float64',
  hops: 'int32',
  seats: 'int64',
  late: 'bool',
  code: 'string',
  at: 'timestamp',
  left: 'timestamp',
  'head wind': 'float32',
} satisfies Record<string, FeatureDtype>).map(([name, dtype]) => ({ name, dtype }))

type Given = Readonly<Record<string, FeatureValue>>

function evaluate(cel: string, given: Given, dtype: OnDemandDtype) {
  const found = compileOnDemand([{ name: 'x', dtype, cel }], inputs)
  if (found.type === 'problems') throw new Error(found.problems.map(({ problem }) => problem.message).join())
  return found.program.evaluate(found.program.inputs.map(({ name }) => given[name] ?? null))[0]
}

function problem(cel: string, dtype: OnDemandDtype = 'bool') {
  const found = compileOnDemand([{ name: 'x', dtype, cel }], inputs)
  if (found.type === 'compiled') throw new Error(`${cel} is right`)
  const { at, message, hint } = found.problems[0]?.problem ?? {}
  return `${at}: ${message}${hint === undefined ? '' : ` (${hint})`}`
}

const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1000n

describe('values', () => {
  it.each<[string, Given, OnDemandDtype, FeatureValue]>([
    ['wind > 25', { wind: 25.5 }, 'bool', true],
    ['wind > 25.0', { wind: 25 }, 'bool', false],
    ['hops > 1.5', { hops: 2 }, 'bool', true],
    ['hops == 2.0', { hops: 2 }, 'bool', true],
    // 2^53 + 1 is no double: as doubles they would be equal.
    ['seats == 9007199254740992.0', { seats: 9_007_199_254_740_993n }, 'bool', false],
    ['hops * 2', { hops: 21 }, 'int32', 42],
    ['hops * 2', { hops: 21 }, 'float32', 42],
    ['hops * 0.5', { hops: 21 }, 'float64', 10.5],
    ['1 + wind', { wind: 0.5 }, 'float64', 1.5],
    ['double(hops) / 2', { hops: 7 }, 'float64', 3.5],
    ['int(double(hops) / 2)', { hops: -7 }, 'int32', -3],
    ['hops % 4', { hops: -7 }, 'int32', -3],
    ['-hops', { hops: 7 }, 'int64', -7n],
    ['seats + 1', { seats: 9_007_199_254_740_993n }, 'int64', 9_007_199_254_740_994n],
    ['speed - 0.1', { speed: 0.3 }, 'float64', 0.3 - 0.1],
    // The nearest float32 of 0.1 is 0.100000001490116…
    ['wind', { wind: 0.1 }, 'float64', 0.10000000149011612],
    ['speed', { speed: 0.1 }, 'float32', 0.10000000149011612],
    ['inputs["head wind"] + wind', { 'head wind': 1, wind: 2 }, 'float32', 3],
    ['late ? 1 : 0', { late: true }, 'int32', 1],
    ['late ? 1 : 0.5', { late: false }, 'float32', 0.5],
    ['code in ["AA", "UA"]', { code: 'UA' }, 'bool', true],
    ['hops in [1, 2.0]', { hops: 2 }, 'bool', true],
    ['code in []', { code: 'UA' }, 'bool', false],
    ['code + "-" + string(hops)', { code: 'UA', hops: 7 }, 'string', 'UA-7'],
    ['code.startsWith("U") && !code.endsWith("x") && code.contains("A")', { code: 'UA' }, 'bool', true],
    ['code.size()', { code: 'a😀é' }, 'int32', 3],
    ['size(code)', { code: '' }, 'int32', 0],
    ['code.substring(1, 2)', { code: 'a😀é' }, 'string', '😀'],
    ['code.substring(1)', { code: 'abc' }, 'string', 'bc'],
    ['code.upperAscii()', { code: 'straße' }, 'string', 'STRAßE'],
    // U+FFFD is before U+1F600, although its UTF-16 unit is above the surrogates.
    ['code < "😀"', { code: '\ufffd' }, 'bool', true],
    ['math.greatest(hops, 3, 2)', { hops: 1 }, 'int32', 3],
    ['math.least(hops, 0.5)', { hops: 1 }, 'float64', 0.5],
    ['math.abs(wind)', { wind: -2.5 }, 'float32', 2.5],
    ['math.round(wind)', { wind: -2.5 }, 'float32', -3],
    ['math.round(speed)', { speed: 0.49999999999999994 }, 'float64', 0],
    ['math.sqrt(hops)', { hops: 9 }, 'float64', 3],
    ['int(code)', { code: '-12' }, 'int32', -12],
    ['double(code)', { code: '1.5e2' }, 'float64', 150],
    // 2013-06-07 was a Friday, the 158th day of its year; months and days count from 0.
    ['at.getHours() * 100 + at.getMinutes()', { at: micros('2013-06-07T17:45:59Z') }, 'int32', 1745],
    ['at.getDayOfWeek()', { at: micros('2013-06-07T17:45:59Z') }, 'int32', 5],
    ['at.getDayOfYear()', { at: micros('2013-06-07T17:45:59Z') }, 'int32', 157],
    ['at.getMonth()', { at: micros('2013-06-07T17:45:59Z') }, 'int32', 5],
    ['at.getDate() - at.getDayOfMonth()', { at: micros('2013-06-07T17:45:59Z') }, 'int32', 1],
    ['at.getFullYear()', { at: micros('1969-12-31T23:59:59Z') }, 'int32', 1969],
    ['at.getSeconds()', { at: -1n }, 'int32', 59],
    ['at.getMilliseconds()', { at: 1_234_567n }, 'int32', 234],
    ['int(at)', { at: -1n }, 'int64', -1n],
    ['(at - left).getMinutes()', { at: micros('2013-06-07T17:45:00Z'), left: micros('2013-06-07T15:44:01Z') }, 'int32', 120],
    ['at - left > duration("1h30m")', { at: 5_400_000_001n, left: 0n }, 'bool', true],
    ['at == left + duration("1us")', { at: 1n, left: 0n }, 'bool', true],
    ['at >= timestamp("2013-06-07T00:00:00Z")', { at: micros('2013-06-07T00:00:00Z') }, 'bool', true],
  ])('%s of %o as %s is %s', (cel, given, dtype, expected) => {
    expect(evaluate(cel, given, dtype)).toEqual({ value: expected, isFailed: false })
  })
})

describe('null', () => {
  it.each<[string, Given, OnDemandDtype, FeatureValue]>([
    ['wind > 25', { wind: null }, 'bool', null],
    ['wind > 25', { wind: NaN }, 'bool', null],
    ['wind == 0.0', { wind: null }, 'bool', null],
    ['wind == speed', { wind: null, speed: null }, 'bool', null],
    ['wind == null', { wind: null }, 'bool', true],
    ['null != wind', { wind: 1 }, 'bool', true],
    ['wind == null ? -1.0 : wind', { wind: null }, 'float32', -1],
    ['wind == null ? null : wind', { wind: null }, 'float32', null],
    ['late ? 1 : 2', { late: null }, 'int32', null],
    // What one side decides alone needs not the other (Kleene).
    ['late && hops > 1', { late: null, hops: 1 }, 'bool', false],
    ['late && hops > 1', { late: null, hops: 2 }, 'bool', null],
    ['late || hops > 1', { late: null, hops: 2 }, 'bool', true],
    ['late || hops > 1', { late: null, hops: 1 }, 'bool', null],
    ['hops > 1 && late', { late: null, hops: 1 }, 'bool', false],
    ['!late', { late: null }, 'bool', null],
    ['code in ["a"]', { code: null }, 'bool', null],
    ['math.greatest(hops, 1)', { hops: null }, 'int32', null],
    ['at.getHours()', { at: null }, 'int32', null],
  ])('%s of %o as %s is %s', (cel, given, dtype, expected) => {
    expect(evaluate(cel, given, dtype)).toEqual({ value: expected, isFailed: false })
  })
})

describe('what can not be computed is null, and says so', () => {
  it.each<[string, Given, OnDemandDtype]>([
    ['wind / speed', { wind: 1, speed: 0 }, 'float32'],
    ['speed / speed', { speed: 0 }, 'float64'],
    ['hops % 0', { hops: 1 }, 'int32'],
    ['seats + 1', { seats: 9_223_372_036_854_775_807n }, 'int64'],
    ['-seats', { seats: -9_223_372_036_854_775_808n }, 'int64'],
    ['seats * 2', { seats: 1_073_741_824n }, 'int32'],
    ['speed * 10.0', { speed: 1e308 }, 'float64'],
    ['speed', { speed: 1e39 }, 'float32'],
    ['speed', { speed: Infinity }, 'float64'],
    ['math.sqrt(speed)', { speed: -1 }, 'float64'],
    ['math.log(speed)', { speed: 0 }, 'float64'],
    ['int(speed)', { speed: 1e19 }, 'int64'],
    ['int(code)', { code: '1.5' }, 'int32'],
    ['timestamp(code).getHours()', { code: 'today' }, 'int32'],
    ['code.substring(2, 5)', { code: 'abc' }, 'string'],
    ['late && speed / 0.0 > 1.0', { late: true, speed: 1 }, 'bool'],
    ['speed / 0.0 == null', { speed: 1 }, 'bool'],
  ])('%s of %o as %s', (cel, given, dtype) => {
    expect(evaluate(cel, given, dtype)).toEqual({ value: null, isFailed: true })
  })

  it('is of no matter where the other side decides', () => {
    expect(evaluate('late || speed / 0.0 > 1.0', { late: true, speed: 1 }, 'bool')).toEqual({ value: true, isFailed: false })
    expect(evaluate('speed / 0.0 > 1.0 && late', { late: false, speed: 1 }, 'bool')).toEqual({ value: false, isFailed: false })
  })
})

describe('features that read features', () => {
  it('see the value as the feature has it, and null where it could not be computed', () => {
    const found = compileOnDemand(
      [
        { name: 'ratio', dtype: 'float32', cel: 'speed / wind' },
        { name: 'is_high', dtype: 'bool', cel: 'ratio > 0.1' },
        { name: 'known', dtype: 'bool', cel: 'wind != null' },
      ],
      inputs,
    )
    if (found.type === 'problems') throw new Error('no problems expected')
    expect(found.program.inputs.map(({ name }) => name)).toEqual(['wind', 'speed'])
    // 1 / 10 as a float32 is above 0.1.
    expect(found.program.evaluate([10, 1]).map(({ value }) => value)).toEqual([0.10000000149011612, true, true])
    expect(found.program.evaluate([0, 1])).toEqual([
      { value: null, isFailed: true },
      { value: null, isFailed: true },
      { value: true, isFailed: false },
    ])
  })

  it('may read only what stands before them', () => {
    const found = compileOnDemand(
      [
        { name: 'first', dtype: 'int32', cel: 'second + 1' },
        { name: 'second', dtype: 'int32', cel: 'hops' },
        { name: 'third', dtype: 'int32', cel: 'third' },
      ],
      inputs,
    )
    if (found.type === 'compiled') throw new Error('problems expected')
    expect(found.problems.map(({ feature, problem: { hint } }) => [feature, hint])).toEqual([
      [0, 'second stands later: move it before this one'],
      [2, 'an on-demand feature can not read itself'],
    ])
  })

  it('are not told to move where they read each other', () => {
    const hintsOf = (cels: Readonly<Record<string, string>>): readonly unknown[] => {
      const features = Object.entries(cels).map(([name, cel]) => ({ name, dtype: 'int32' as const, cel }))
      const found = compileOnDemand(features, inputs)
      if (found.type === 'compiled') throw new Error('problems expected')
      return found.problems.map(({ feature, problem: { hint } }) => [feature, hint])
    }
    const help = 'no order helps, so one of them must be written without the other'
    expect(hintsOf({ a: 'b + 1', b: 'a + 1' })).toEqual([[0, `a and b read each other: ${help}`]])
    expect(hintsOf({ a: 'b + 1', b: 'c', c: 'hops + a' })).toEqual([
      [0, `a and b read each other (a reads b reads c reads a): ${help}`],
      [1, `b and c read each other (b reads c reads a reads b): ${help}`],
    ])
    // What it reads is in a circle; it is not.
    expect(hintsOf({ d: 'a', a: 'b', b: 'a' })).toEqual([
      [0, 'a stands later: move it before this one'],
      [1, `a and b read each other: ${help}`],
    ])
  })

  it('can not make texts that grow without bound', () => {
    const doubled = Array.from({ length: 40 }, (_, index) => {
      const before = index === 0 ? 'code' : `c${index - 1}`
      return { name: `c${index}`, dtype: 'string' as const, cel: `${before} + ${before}` }
    })
    const found = compileOnDemand(doubled, inputs)
    if (found.type === 'problems') throw new Error('no problems expected')
    const values = found.program.evaluate(['ab'])
    expect(values[14]).toEqual({ value: 'ab'.repeat(2 ** 15), isFailed: false })
    expect(values.slice(15).every(({ value, isFailed }) => value === null && isFailed)).toBe(true)
  })
})

describe('problems', () => {
  it.each<[string, OnDemandDtype, string]>([
    ['wind >', 'bool', '6: expected an expression in CEL, which ends too early, found: Unexpected token: EOF'],
    ['wind > > 3', 'bool', '7: expected an expression in CEL, found: Unexpected token: GT'],
    ['', 'bool', '0: expected an expression in CEL, which ends too early, found: Unexpected token: EOF'],
    [
      'package > 1',
      'bool',
      '0: expected an expression in CEL, found: Reserved identifier: package (write inputs["package"] for a feature of this name)',
    ],
    [
      'wnd > 25',
      'bool',
      '0: expected an input of the model (wind, speed, hops, seats, late, code, at, left, head wind), found "wnd" (did you mean wind?)',
    ],
    [
      'inputs["head wnd"] > 1',
      'bool',
      '7: expected an input of the model (wind, speed, hops, seats, late, code, at, left, head wind), found "head wnd" (did you mean head wind?)',
    ],
    [
      'wind * 2',
      'int32',
      '0: expected an int32 for x, found an expression of the type double (write dtype: float64, or int(…) to drop the fraction)',
    ],
    ['wind', 'bool', '0: expected a bool for x, found an expression of the type double'],
    [
      'wind > 1',
      'float32',
      '0: expected a float32 for x, found an expression of the type bool (write dtype: bool, or … ? 1 : 0)',
    ],
    [
      'at',
      'int64',
      '0: expected an int64 for x, found an expression of the type timestamp (no tensor holds a time: take a part of it, such as getHours(), or int(…) for seconds)',
    ],
    ['null', 'bool', '0: expected a bool for x, found an expression of the type null (it never has a value)'],
    [
      'hops / 2',
      'int32',
      '0: expected a double on one side of /, found int / int, whose fraction CEL would drop (write double(a) / b to keep the fraction, int(double(a) / b) to drop it)',
    ],
    ['wind % 2', 'float32', '0: expected types that % takes, found double % int (% takes ints: int(x) makes one)'],
    ['late + 1', 'int32', '0: expected types that + takes, found bool + int (write x ? 1 : 0 to make a number of a bool)'],
    ['true && code > 1', 'bool', '8: expected two numbers, texts or times for >, found string > int'],
    ['code == 1', 'bool', '0: expected two values of one type for ==, found string == int'],
    ['hops in [1, "a"]', 'bool', '12: expected elements of the type int, found string'],
    ['hops in code', 'bool', '8: expected a list such as ["a", "b"] behind in, found something else'],
    ['late ? 1 : "a"', 'int32', '0: expected two values of one type behind ?, found int and string'],
    [
      'has(wind)',
      'bool',
      '0: expected a function that on-demand features have, found has() (write x != null to ask whether a feature has a value)',
    ],
    [
      'now() > at',
      'bool',
      '0: expected a function that on-demand features have, found now() (there is no clock: send the time as a request feature, so that training has it, too)',
    ],
    [
      'code.matches("(a+)+b")',
      'bool',
      '0: expected a method that on-demand features have, found matches() (patterns may take for ever: use contains, startsWith, endsWith or in)',
    ],
    [
      '[1, 2].exists(x, x > hops)',
      'bool',
      '0: expected a method that on-demand features have, found exists() (there are no loops: a feature is one value)',
    ],
    [
      'math.absolute(wind)',
      'float32',
      '0: expected a function that on-demand features have, found math.absolute() (there are double, int, string, timestamp, duration, size, math.abs, math.ceil, math.floor, math.trunc and 6 more)',
    ],
    ['math.abs(code)', 'float32', '0: expected math.abs(int): int or math.abs(double): double, found math.abs(string)'],
    ['code.startsWith(1)', 'bool', '0: expected string.startsWith(string): bool, found string.startsWith(int)'],
    ['1u > 0u', 'bool', '0: expected a bool, int, double or string, found a literal of another type (leave out the u or b)'],
    ['9223372036854775808 > 0', 'bool', '0: expected an int of 64 bits, found 9223372036854775808'],
    ['{"a": 1}', 'bool', '0: expected no map, found one'],
    [
      'wind.x',
      'bool',
      '0: expected the name of a feature, found a part of something (write inputs["NAME"] for a name that CEL can not write)',
    ],
    [
      `${'('.repeat(40)}wind${')'.repeat(40)}`,
      'bool',
      '32: expected at most 32 levels of nesting, found more (split it into several expressions)',
    ],
    [
      `late${' || late'.repeat(300)}`,
      'bool',
      '0: expected an expression of at most 256 parts, found more (split it into several expressions)',
    ],
    ['x'.repeat(4097), 'bool', '0: expected an expression of at most 4096 characters, found 4097'],
  ])('%s as %s', (cel, dtype, expected) => {
    expect(problem(cel, dtype)).toBe(expected)
  })

  it('takes the smallest int, which has no positive twin', () => {
    expect(evaluate('seats == -9223372036854775808', { seats: -9_223_372_036_854_775_808n }, 'bool')).toEqual({ value: true, isFailed: false }) // prettier-ignore
  })
})
