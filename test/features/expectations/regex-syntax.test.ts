/** What the check of manifests holds for a regular expression, against what DuckDB's RE2 does: hand-made ones, and random ones. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quoteText } from '../../../reconciler/features/engine/quote.ts'
import { findRegexFlaw } from '../../../reconciler/manifests/regex-syntax.ts'
import { openTestEngine, type TestEngine } from './support/duckdb-engine.ts'

let engine: TestEngine
beforeAll(async () => (engine = await openTestEngine(1)))
afterAll(() => engine.close())

async function isAccepted(regex: string): Promise<boolean> {
  try {
    await engine.query(`SELECT regexp_matches('a', ${quoteText(regex)})`)
    return true
  } catch {
    return false
  }
}

const written = [
  '', 'a', '^[A-Z]{3}$', 'a|b|', '(a|b)*', '(?:a)+?', '(?P<name>a)', '(?<name>a)', '(?i)a', '(?i:a)', '(?s-i)a', '(?-)a', '(?)a', '(?=a)', '(?!a)',
  '(?<=a)', '(?<!a)', '\\1', '(a)\\1', '\\d+\\.\\d', '[\\d-]', '[\\d-:]', '[\\d--:]', '[\\d-z-a]', '[a-\\d]', '[]a]', '[^]a]', '[]', '[^]', '[a', '[z-a]', '[[:alpha:]]', '[[:^alpha:]_]',
  '[[:wrong:]]', '\\pL', '\\p{Greek}', '\\p{Lu}', '\\p{Wrong}', '\\PN', '\\p{^Greek}', '\\Q*+\\E+', '\\Q', '\\A\\z', '\\Z', '\\b\\B', '\\C', '\\8', '\\01', '\\123',
  '\\x41', '\\x{1F600}', '\\x{110000}', '\\xZ', 'a{2}', 'a{2,}', 'a{2,1}', 'a{1001}', 'a{1000}', '(a{100}){100}', '(a{10}){100}', 'a{,3}', 'a{', 'a{x}', '*', '+a',
  'a**', 'a*+', 'a*?', 'a*??', 'a{2}{3}', '|*', '(*)', '(', ')', 'a)', '()', '^*', '$+', '\\b+', '\\', 'a\\', '\\-', '\\_', '\\é', 'é+', '.', '\\h', '\\e', '\\G', '\\K',
  '(?P<1a>a)', '(?P<>a)', '(?P<a>a)(?P<a>b)', '(?P=a)', '(?#c)', '(?x)a', '(?U)a', '(?m)^a', '(?i', '[a-z&&[b]]', '[\\Q]\\E]', '[\\b]', 'a{0}', 'a{0,0}', '(?i)*', '(?i:a)*',
] // prettier-ignore

describe('regular expressions', () => {
  it.each(written)('%j', async (regex) => {
    expect(findRegexFlaw(regex) === null, findRegexFlaw(regex) ?? 'no flaw').toBe(await isAccepted(regex))
  })

  it('of random pieces are judged as RE2 judges them', async () => {
    const pieces = fc.constantFrom(
      ...'ab^$.|()[]*+?{}\\-,:',
      '\\d',
      '\\p',
      '[:',
      ':]',
      '(?:',
      '(?i',
      '{2}',
      '{1,}',
      '[^',
      '\\x',
      '1',
      '\\Q',
      '\\E',
      'z',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        const regex = parts.join('')
        expect(findRegexFlaw(regex) === null, `${regex}: ${findRegexFlaw(regex)}`).toBe(await isAccepted(regex))
      }),
      { numRuns: 2000 },
    )
  })
})
