/** Where this program differs from Great Expectations on purpose, or goes beyond it: hand-made tables. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../../reconciler/core/digest.ts'
import type { CheckedRelation } from '../../../reconciler/features/expectations/checked-relation.ts'
import { evaluateExpectations } from '../../../reconciler/features/expectations/evaluate-expectations.ts'
import { readExpectations } from '../../../reconciler/manifests/expectation-checks.ts'
import { openTestEngine, type TestEngine } from './support/duckdb-engine.ts'

const relation: CheckedRelation = {
  name: 't',
  columns: new Map([['f', 'float64'], ['g', 'float32'], ['i', 'int64'], ['s', 'string'], ['at', 'timestamp'], ['none', 'float64']]), // prettier-ignore
  identity: ['__row'],
  sequence: '__row',
}
let engine: TestEngine

beforeAll(async () => {
  engine = await openTestEngine()
  await engine.query(`CREATE TABLE t AS SELECT * FROM (VALUES
    (0, 1.0::DOUBLE, 0.1::FLOAT, 9007199254740993::BIGINT, 'a%b', TIMESTAMP '2013-01-01 00:00:00.000001', NULL::DOUBLE),
    (1, 'nan'::DOUBLE, 0.2::FLOAT, 1, 'axb', TIMESTAMP '2013-01-02', NULL),
    (2, 'inf'::DOUBLE, 0.3::FLOAT, 2, NULL, NULL, NULL),
    (3, NULL, 0.3::FLOAT, 3, 'a"b''', TIMESTAMP '2013-01-03', NULL)) v("__row", f, g, i, s, "at", "none")`)
})
afterAll(() => engine.close())

async function ask(name: string, args: Readonly<Record<string, Json>>, of: CheckedRelation = relation) {
  const [result] = await evaluateExpectations(engine, of, readExpectations([{ [name]: args }]))
  if (result === undefined) throw new Error('no result')
  return result
}

describe('NaN and infinity', () => {
  it('NaN lies between nothing, whichever bounds there are', async () => {
    for (const args of [{ min_value: 0 }, { max_value: 1e300 }, { min_value: 0, max_value: 1e300 }]) {
      const { examples, missingCount } = await ask('expect_column_values_to_be_between', { column: 'f', ...args })
      expect(examples.map(({ values }) => values['f'])).toContainEqual(NaN)
      expect(missingCount).toBe(1)
    }
  })

  it.each(['mean', 'median', 'stdev', 'sum', 'min', 'max'])(
    'a column with NaN has the %s NaN, which lies in no range',
    async (what) => {
      expect(await ask(`expect_column_${what}_to_be_between`, { column: 'f', min_value: -1e308 })).toMatchObject({
        verdict: 'failed',
        observed: NaN,
      })
    },
  )

  it('infinity has a mean and a greatest value, and no deviation', async () => {
    const only = { column: 'f', row_condition: 'NOT isnan(f)' }
    expect(await ask('expect_column_mean_to_be_between', { ...only, min_value: 0 })).toMatchObject({
      verdict: 'passed',
      observed: Infinity,
    })
    expect(await ask('expect_column_stdev_to_be_between', { ...only, min_value: 0 })).toMatchObject({
      verdict: 'failed',
      observed: NaN,
    })
  })
})

describe('exact values', () => {
  it('whole numbers are compared beyond 2^53', async () => {
    expect(
      (await ask('expect_column_values_to_be_in_set', { column: 'i', value_set: ['9007199254740993', 1, 2, 3] })).verdict,
    ).toBe('passed')
    expect((await ask('expect_column_max_to_be_between', { column: 'i', max_value: '9007199254740992' })).verdict).toBe('failed')
    expect((await ask('expect_column_values_to_be_between', { column: 'i', max_value: 9007199254740991 })).unexpectedCount).toBe(
      1,
    )
  })

  it('numbers are rounded to float32 as the values of the column were', async () => {
    expect((await ask('expect_column_values_to_be_in_set', { column: 'g', value_set: [0.1, 0.2, 0.3] })).verdict).toBe('passed')
    expect((await ask('expect_column_values_to_be_between', { column: 'g', min_value: 0.1, max_value: 0.3 })).verdict).toBe(
      'passed',
    )
    expect((await ask('expect_column_max_to_be_between', { column: 'g', max_value: 0.3 })).verdict).toBe('passed')
  })

  it('timestamps are compared to the microsecond', async () => {
    const least = (min_value: string) => ask('expect_column_min_to_be_between', { column: 'at', min_value })
    expect((await least('2013-01-01T00:00:00.000001Z')).verdict).toBe('passed')
    expect((await least('2013-01-01T01:00:00.000002+01:00')).verdict).toBe('failed')
  })

  it('texts may hold anything', async () => {
    expect((await ask('expect_column_values_to_be_in_set', { column: 's', value_set: ['a%b', 'axb', `a"b'`] })).verdict).toBe(
      'passed',
    )
    expect((await ask('expect_column_values_to_match_like_pattern', { column: 's', like_pattern: 'a_b%' })).verdict).toBe(
      'passed',
    )
    const escaped = await ask('expect_column_values_to_match_like_pattern', { column: 's', like_pattern: 'a!%b', escape: '!' })
    expect(escaped.unexpectedCount).toBe(2)
    expect((await ask('expect_column_values_to_not_match_like_pattern', { column: 's', like_pattern: 'b%' })).verdict).toBe(
      'passed',
    )
  })
})

describe('quantiles', () => {
  // numpy.quantile([1, 2, 3, 9007199254740993], [0, 0.25, 0.5, 0.75], method='inverted_cdf')
  it('are values that occur', async () => {
    const quantile_ranges = { quantiles: [0, 0.25, 0.5, 0.75], value_ranges: [[1, 1], [null, 1], [2, null], [4, 5]] } // prettier-ignore
    const result = await ask('expect_column_quantile_values_to_be_between', { column: 'i', quantile_ranges })
    expect(result).toMatchObject({
      verdict: 'failed',
      observed: [1, 1, 2, 3],
      reason: 'quantile 0.75: expected at least 4 and at most 5, found 3',
    })
  })
})

describe('dtypes', () => {
  it('are asked of the declared columns', async () => {
    expect(await ask('expect_column_values_to_be_of_type', { column: 'g', type_: 'float32' })).toMatchObject({
      verdict: 'passed',
      observed: 'float32',
    })
    const several = { column: 'g', type_list: ['int32', 'int64'] }
    expect(await ask('expect_column_values_to_be_in_type_list', several)).toMatchObject({
      verdict: 'failed',
      reason: 'expected int32 or int64, found float32',
    })
  })
})

describe('what cannot be evaluated is not passed', () => {
  it.each([
    ['no row', { column: 'i', min_value: 0, row_condition: 'i < 0' }, 'there was no row to look at'],
    ['no value', { column: 'none', min_value: 0 }, 'no row had a value to look at'],
  ])('%s', async (_, args, reason) => {
    expect(await ask('expect_column_values_to_be_between', args)).toMatchObject({ verdict: 'not-evaluated', reason })
    expect(await ask('expect_column_mean_to_be_between', args)).toMatchObject({ verdict: 'not-evaluated', reason })
  })

  it('too few values, no such column, no order', async () => {
    const one = await ask('expect_column_stdev_to_be_between', { column: 'i', min_value: 0, row_condition: 'i = 1' })
    expect(one).toMatchObject({ verdict: 'not-evaluated', reason: 'there were too few values for it' })
    const gone = await ask('expect_column_mean_to_be_between', { column: 'gone', min_value: 0 })
    expect(gone).toMatchObject({ verdict: 'not-evaluated', reason: 'there is no column gone in t' })
    const loose = await ask('expect_column_values_to_be_increasing', { column: 'i' }, { ...relation, sequence: null })
    expect(loose).toMatchObject({ verdict: 'not-evaluated', reason: 'the rows of t have no order' })
  })

  it('a condition that the engine refuses spoils its own expectation alone', async () => {
    const results = await evaluateExpectations(engine, relation, readExpectations([
      { expect_column_values_to_be_between: { column: 'i', min_value: 1 } },
      { expect_column_values_to_be_between: { column: 'i', min_value: 1, row_condition: 'nothing = 3' } },
      { expect_column_values_to_be_between: { column: 'i', min_value: 2, row_condition: "i = 1 -- and '" } },
    ])) // prettier-ignore
    expect(results.map(({ verdict }) => verdict)).toEqual(['passed', 'not-evaluated', 'failed'])
    expect(results[1]?.reason).toContain('nothing')
    expect(results[2]?.examples).toEqual([{ row: { __row: 1 }, values: { i: 1n } }])
  })

  it('an unknown name is an error', async () => {
    const [known] = readExpectations([{ expect_column_to_exist: { column: 'i' } }])
    await expect(evaluateExpectations(engine, relation, [{ ...known!, name: 'expect_luck' }])).rejects.toThrow(
      'found expect_luck',
    )
  })
})
