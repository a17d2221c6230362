/** The command that runs reference cases, as a person runs it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-reference-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(...files: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(packageRoot, 'scripts/reference.mjs'), ...files], {
    encoding: 'utf8',
  })
  return { status, out: stdout, err: stderr }
}

function textFile(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const erfCase = (expected: string, tolerance = '{"rel": 1e-10, "abs": 0.0}'): string =>
  `{"name": "one", "function": "erf", "input": {"x": 0.5}, "expected": {"value": ${expected}}, "tolerance": ${tolerance}}`
const fileWith = (name: string, ...cases: readonly string[]): string => textFile(name, `{"cases": [${cases.join(', ')}]}`)

describe('npm run reference', () => {
  it('passes its own cases', () => {
    const { status, out } = run(join(packageRoot, 'test/statistics/reference/06-multiple-testing.json'))
    expect(out).toBe('13 passed, 0 failed\n')
    expect(status).toBe(0)
  })

  it('says what differs in a case that failed, and runs the others', () => {
    const file = fileWith('wrong.json', erfCase('0.52'), erfCase('0.5204998778130465'), erfCase('"NaN"'))
    const { status, out } = run(file)
    expect(out.replaceAll(/(0\.5204998778130)\d+/g, '$1…')).toBe(
      'one: value expected 0.52, got 0.5204998778130…\n' +
        'one: value expected "NaN", got 0.5204998778130…\n' +
        '1 passed, 2 failed\n',
    )
    expect(status).toBe(1)
  })

  it('keeps to the tolerance of the case and of its field', () => {
    expect(run(fileWith('loose.json', erfCase('0.52', '{"rel": 0.01, "abs": 0.0}'))).status).toBe(0)
    const field = '{"rel": 0.0, "abs": 0.0, "fields": {"value": {"rel": 0.0, "abs": 0.001}}}'
    expect(run(fileWith('field.json', erfCase('0.52', field))).status).toBe(0)
    expect(run(fileWith('strict.json', erfCase('0.5204', field.replace('0.001', '0.00001')))).status).toBe(1)
  })

  it('asks for equality of numbers that are written without a fraction', () => {
    const given = (df: string): string =>
      `{"name": "df", "function": "welch_t_test", "input": {"a": [1, 2, 3], "b": [2, 3, 4.000001], "alternative": "two-sided",
        "confidence": 0.95}, "expected": {"df": ${df}}, "tolerance": {"rel": 0.1, "abs": 0.0}}`
    expect(run(fileWith('float.json', given('4.0'))).out).toBe('1 passed, 0 failed\n')
    expect(run(fileWith('whole.json', given('4'))).out).toMatch(/^df: df expected 4, got 3\.99/)
  })

  it('compares lists with their lengths and nested fields, and misses none', () => {
    const given = (expected: string): string =>
      `{"name": "p", "function": "adjust_pvalues", "input": {"pvalues": [0.01, 0.5], "alpha": 0.05}, "expected": ${expected}}`
    const right = '{"holm": {"adjusted": [0.02, 0.5], "rejected": [true, false]}}'
    expect(run(fileWith('right.json', given(right))).out).toBe('1 passed, 0 failed\n')
    expect(run(fileWith('short.json', given(right.replace('[0.02, 0.5]', '[0.02]')))).out).toContain(
      'holm.adjusted expected 1 values, got 2',
    )
    expect(run(fileWith('flag.json', given(right.replace('true', 'false')))).out).toContain(
      'holm.rejected[0] expected false, got true',
    )
    expect(run(fileWith('absent.json', given('{"sidak": {"adjusted": [0.02]}}'))).out).toContain('got undefined')
  })

  it('names a function that it does not know, and one that throws', () => {
    const unknown = '{"name": "u", "function": "mystery", "input": {}, "expected": {"value": 1.0}}'
    const throws =
      '{"name": "t", "function": "paired_t_test", "input": {"a": [1], "b": [], "alternative": "less", "confidence": 0.9}, "expected": {"df": 1}}'
    const { status, out } = run(fileWith('names.json', unknown, throws))
    expect(out).toBe(
      'u: no function named "mystery"\n' +
        't: paired_t_test threw expected pairs, found 1 values and 0 values\n' +
        '0 passed, 2 failed\n',
    )
    expect(status).toBe(1)
  })

  it('says in one line what is wrong with a file', () => {
    const nowhere = run(join(folder, 'nowhere.json'))
    expect(nowhere.err).toMatch(/^.*nowhere\.json can not be read: ENOENT\n$/)
    expect(run(textFile('broken.json', '{"cases": [')).err).toMatch(/^.*broken\.json is not JSON: .*\n$/)
    expect(run(textFile('null.json', 'null')).err).toMatch(/^.*null\.json: expected an object with a list "cases"\n$/)
    expect(run(textFile('list.json', '{"cases": [{"name": "x"}]}')).err).toMatch(/^.*list\.json: case 1 has no function\n$/)
    expect([nowhere.status, nowhere.out, run().status]).toEqual([2, '', 2])
  })
})
