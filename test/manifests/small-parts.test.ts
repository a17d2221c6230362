/** Durations, sizes, near names, lists of names, findings as text, and the check of a single file. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSingleFile } from '../../reconciler/manifests/check-single.ts'
import { describeDuration, durationMs, parseDuration, parseSize } from '../../reconciler/manifests/duration.ts'
import { countFindings, renderFindings } from '../../reconciler/manifests/findings-text.ts'
import { didYouMean, editDistance, listNames, nearestName } from '../../reconciler/manifests/nearest-name.ts'
import { canaryExample, modelExample } from '../../reconciler/manifests/rules/examples.ts'
import { bytesOf } from './commit-of.ts'

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['50ms', 50],
    ['90s', 90_000],
    ['15m', 900_000],
    ['3h', 10_800_000],
    ['7d', 604_800_000],
    ['999999999d', 999_999_999 * 86_400_000],
  ])('%s are %i milliseconds', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds))

  it.each([
    [0, '0ms'],
    [90_000, '1m 30s'],
    [7_200_000, '2h'],
    [604_800_000 + 60_000 + 250, '7d 1m 250ms'],
    [0.001, '0.001ms'],
    [1000.5, '1s 0.5ms'],
  ])('%s milliseconds are told as %s', (milliseconds, text) => expect(describeDuration(milliseconds)).toBe(text))

  it.each(['', '5', 's', '1.5h', '-1s', '+1s', '01s', '1 s', '1S', '1w', '1h30m', '1s\n', '1000000000s', '١s'])(
    '%j are none',
    (text) => {
      expect(parseDuration(text)).toBeNull()
      expect(() => durationMs(text)).toThrow('not a duration')
    },
  )
})

describe('sizes', () => {
  it.each([
    ['0', 0],
    ['1Ki', 1024],
    ['20Mi', 20_971_520],
    ['3Gi', 3_221_225_472],
    ['1Ti', 1_099_511_627_776],
  ])('%s are %i bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  it.each(['', 'Mi', '20MB', '20M', '1.5Gi', '-1', '20 Mi'])('%j are none', (text) => expect(parseSize(text)).toBeNull())
})

describe('near names', () => {
  it.each([
    ['flight-dealy', 'flight-delay'],
    ['fligt-delay', 'flight-delay'],
    ['FLIGHT-DELAY', 'flight-delay'],
    ['laon', 'loan'],
    ['lone', null],
    ['weather', null],
    ['x', null],
    ['', null],
  ])('of %j is %j', (wanted, nearest) => expect(nearestName(wanted, ['loan', 'flight-delay', 'flight-delays'])).toBe(nearest))

  it('is a hint only where there is one', () => {
    expect(didYouMean('lon', ['loan'])).toBe('did you mean loan?')
    expect(didYouMean('car', ['loan'])).toBeUndefined()
  })

  const word = fc.string({ maxLength: 7, unit: fc.constantFrom('a', 'b', 'c') })

  it('are measured as the definition says, with a limit and without', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 8 }), (a, b, limit) => {
        const expected = distance(a, b)
        expect(editDistance(a, b)).toBe(expected)
        const limited = editDistance(a, b, limit)
        if (expected < limit) expect(limited).toBe(expected)
        else expect(limited).toBeGreaterThanOrEqual(limit)
      }),
      { numRuns: 500 },
    )
  })
})

/** The optimal string alignment distance by its recursive definition. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [shortA, shortB] = [a.slice(0, -1), b.slice(0, -1)]
  const costs = [distance(shortA, b) + 1, distance(a, shortB) + 1, distance(shortA, shortB) + (a.at(-1) === b.at(-1) ? 0 : 1)]
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)) {
    costs.push(distance(a.slice(0, -2), b.slice(0, -2)) + 1)
  }
  return Math.min(...costs)
}

describe('lists of names', () => {
  it('are whole up to ten, then counted', () => {
    expect(listNames([1, 2, 3])).toBe('1, 2, 3')
    expect(listNames(Array.from('abcdefghij'))).toBe('a, b, c, d, e, f, g, h, i, j')
    expect(listNames(Array.from('abcdefghijkl'))).toBe('a, b, c, d, e, f, g, h, i, j and 2 more')
    expect(listNames(['a', 'b'], 5)).toBe('a, b and 3 more')
  })
})

describe('findings as text', () => {
  const finding = {
    file: 'a,b:c.yaml',
    line: 3,
    column: 7,
    rule: 'unknown-field',
    message: '100 % of\nit',
    severity: 'error',
  } as const
  const warning = { ...finding, line: 1, hint: 'do it', severity: 'warning' } as const

  it('look like those of a compiler, without characters that move the cursor', () => {
    expect(renderFindings([finding, warning], 'text')).toBe(
      'a,b:c.yaml:1:7 unknown-field (warning)  100 % of\\u000ait\n    do it\na,b:c.yaml:3:7 unknown-field  100 % of\\u000ait\n',
    )
    expect(renderFindings([{ ...finding, message: 'red \u001b[31m \u202e' }], 'text')).toContain('red \\u001b[31m \\u202e\n')
  })

  it('escape what workflow commands of GitHub need', () => {
    expect(renderFindings([warning], 'github')).toBe(
      '::warning file=a%2Cb%3Ac.yaml,line=1,col=7,title=unknown-field::100 %25 of%0Ait%0Ado it\n',
    )
  })

  it('are JSON for programs, sorted', () => {
    expect(JSON.parse(renderFindings([finding, warning], 'json'))).toEqual([warning, finding])
    expect(renderFindings([], 'json')).toBe('[]\n')
    expect(renderFindings([], 'text')).toBe('')
  })

  it('are counted', () => {
    expect(countFindings([finding, warning, warning])).toBe('1 error, 2 warnings')
    expect(countFindings([])).toBe('0 errors, 0 warnings')
  })
})

describe('a single file', () => {
  it('is checked against its schema only, and the note says so', () => {
    const check = checkSingleFile(bytesOf(`${modelExample}---\n${canaryExample.replace('version: 3', 'version: 99')}`), '-')
    expect(check).toEqual({
      findings: [],
      documents: 2,
      note: '-: checked against its schema only: references, names and artifacts need the whole repository',
    })
  })

  it('has its name in every finding', () => {
    const { findings } = checkSingleFile(bytesOf(canaryExample.replace('unit:', 'unti:')), 'a/b.yaml')
    expect(findings).toMatchObject([{ file: 'a/b.yaml', line: 5, column: 3, rule: 'unknown-field' }])
  })

  it('without a manifest says so', () => {
    expect(checkSingleFile(bytesOf('a: 1\n'), 'x.yaml')).toEqual({
      findings: [],
      documents: 0,
      note: 'x.yaml: no manifest found',
    })
    expect(checkSingleFile(bytesOf(canaryExample.replace('kind: R', 'kind: X')), 'x.yaml').note).toContain('its schema only')
  })
})
