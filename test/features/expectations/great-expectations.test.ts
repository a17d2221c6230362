/** Every expectation, against what Great Expectations itself says of the same table (see make-reference.py). */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../../reconciler/core/digest.ts'
import { expectationNames } from '../../../reconciler/core/expectation.ts'
import type { FeatureDtype } from '../../../reconciler/core/feature-dtype.ts'
import type { CheckedRelation } from '../../../reconciler/features/expectations/checked-relation.ts'
import { evaluateExpectations } from '../../../reconciler/features/expectations/evaluate-expectations.ts'
import { checkExpectations, readExpectations } from '../../../reconciler/manifests/expectation-checks.ts'
import { openTestEngine, type TestEngine } from './support/duckdb-engine.ts'

interface Reference {
  readonly table: Readonly<Record<string, readonly Json[]>>
  readonly cases: readonly Case[]
}

interface Case {
  readonly name: string
  readonly arguments: Readonly<Record<string, Json>>
  readonly sql: string | null
  readonly gx: {
    readonly success: boolean
    readonly element_count?: number
    readonly missing_count?: number
    readonly unexpected_count?: number
    readonly unexpected_percent?: number | null
    readonly unexpected_index_list?: readonly number[]
    readonly observed_value?: Json
  }
}

const { table, cases } = JSON.parse(readFileSync(new URL('great-expectations.json', import.meta.url), 'utf8')) as Reference

const columns = new Map<string, FeatureDtype>([
  ['id', 'int64'], ['group', 'string'], ['code', 'string'], ['wind', 'float64'], ['gust', 'float64'], ['part', 'int32'],
  ['rest', 'int32'], ['whole', 'int64'], ['steady', 'float64'], ['bumpy', 'float64'], ['nearly', 'float64'], ['at', 'timestamp'],
  ['ok', 'bool'], ['empty', 'string'],
]) // prettier-ignore
const types = {
  bool: 'BOOLEAN',
  int32: 'INTEGER',
  int64: 'BIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
}
const relation: CheckedRelation = { name: 'source:made', columns, identity: ['__row'], sequence: '__row' }

let engine: TestEngine

beforeAll(async () => {
  engine = await openTestEngine()
  const declared = [...columns].map(([name, dtype]) => `"${name}" ${types[dtype]}`).join(', ')
  await engine.query(`CREATE TABLE "source:made" ("__row" BIGINT, ${declared})`)
  const literal = (value: Json | undefined) =>
    value === null || value === undefined
      ? 'NULL'
      : `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll("'", "''")}'`
  const rows = (table['id'] ?? []).map(
    (_, row) => `(${row}, ${[...columns.keys()].map((name) => literal(table[name]?.[row])).join(', ')})`,
  )
  await engine.query(`INSERT INTO "source:made" VALUES ${rows.join(', ')}`)
})

afterAll(() => engine.close())

function written({ name, arguments: given, sql }: Case): Json {
  return { [name]: sql === null ? given : { ...given, row_condition: sql } }
}

describe('expectations and Great Expectations', () => {
  it('are all compared, but for those of dtypes and LIKE, which the reference has no equal of', () => {
    const compared = new Set(cases.map(({ name }) => name))
    expect(expectationNames.filter((name) => !compared.has(name))).toEqual([
      'expect_column_values_to_match_like_pattern',
      'expect_column_values_to_not_match_like_pattern',
      'expect_column_quantile_values_to_be_between',
      'expect_column_values_to_be_of_type',
      'expect_column_values_to_be_in_type_list',
    ])
  })

  it.each(cases.map((one, index) => ({ index, ...one })))('$index $name says the same', async (one) => {
    const problems: string[] = []
    checkExpectations([written(one)], '', { columns, ordered: true }, (pointer, { message }) =>
      problems.push(`${pointer}: ${message}`),
    )
    expect(problems).toEqual(one.name === 'expect_column_to_exist' ? expect.anything() : [])
    const [result] = await evaluateExpectations(engine, relation, readExpectations([written(one)]))
    const { gx } = one
    expect(result?.verdict).toBe(gx.success ? 'passed' : 'failed')
    if (gx.unexpected_count !== undefined && gx.element_count !== undefined) {
      expect(result?.elementCount).toBe(gx.element_count)
      expect(result?.unexpectedCount).toBe(gx.unexpected_count)
      expect(result?.unexpectedPercent).toBeCloseTo(gx.unexpected_percent ?? NaN, 9)
      // Great Expectations counts no missing rows where several columns are asked, nor where nulls are.
      if (gx.missing_count !== undefined) expect(result?.missingCount).toBe(gx.missing_count)
    }
    if (gx.unexpected_index_list !== undefined && !gx.success) {
      expect(result?.examples.map(({ row }) => Number(row['__row']))).toEqual(
        [...gx.unexpected_index_list].sort((a, b) => a - b).slice(0, 20),
      )
    }
    if (typeof gx.observed_value === 'number') expect(Number(result?.observed)).toBeCloseTo(gx.observed_value, 9)
    if (one.name.includes('_distinct_values_') && gx.unexpected_count !== undefined)
      expect(result?.unexpectedCount).toBe(gx.unexpected_count)
  })

  it('asks for all of them with one statement, and gives the same results', async () => {
    const expectations = readExpectations(cases.map(written))
    const before = engine.statements.length
    const together = await evaluateExpectations(engine, relation, expectations)
    const fetched = together.filter(({ examples }) => examples.length > 0).length
    expect(engine.statements.length - before).toBe(1 + fetched)
    for (const [index, expectation] of expectations.entries()) {
      const [alone] = await evaluateExpectations(engine, relation, [expectation])
      expect(alone).toEqual(together[index])
    }
  })
})
