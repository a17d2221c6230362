/** Expressions of chance against DuckDB: the same tree written in CEL and in SQL, over rows with nulls. */
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FeatureValue } from '../../reconciler/core/feature-value.ts'
import { compileOnDemand } from '../../reconciler/expressions/compile-on-demand.ts'

/** One expression in both languages. Parentheses are written around everything: precedence has tests of its own. */
interface Pair {
  readonly cel: string
  readonly sql: string
}

const pair = (cel: string, sql = cel): Pair => ({ cel, sql })
const joined = (left: Pair, operator: string, right: Pair, sqlOperator = operator): Pair => ({
  cel: `(${left.cel} ${operator} ${right.cel})`,
  sql: `(${left.sql} ${sqlOperator} ${right.sql})`,
})
/** DuckDB holds nothing infinite to be null, and errs where a bigint overflows: such values are kept small. */
const finite = (sql: string): string => `(case when isfinite(${sql}) then ${sql} end)`

const { int, double, bool } = fc.letrec<{ int: Pair; double: Pair; bool: Pair }>((tie) => ({
  int: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('i', 'j').map((name) => pair(name)),
    fc.integer({ min: 0, max: 9 }).map((value) => pair(String(value), `${value}::bigint`)),
    fc.tuple(tie('int'), fc.constantFrom('+', '-', '*'), tie('int')).map(([a, operator, b]) => joined(a, operator, b)),
    fc.tuple(tie('int'), tie('int')).map(([a, b]) => joined(a, '%', b)),
    fc.tuple(tie('bool'), tie('int'), tie('int')).map(choose),
  ),
  double: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('x', 'y').map((name) => pair(name)),
    fc.integer({ min: 0, max: 40 }).map((value) => pair((value / 8).toFixed(3), `${(value / 8).toFixed(3)}::double`)),
    fc
      .tuple(tie('double'), fc.constantFrom('+', '-', '*'), tie('double'))
      .map(([a, operator, b]) => checked(joined(a, operator, b))),
    fc.tuple(tie('double'), fc.constantFrom('+', '-', '*'), tie('int')).map(([a, operator, b]) => checked(mixed(a, operator, b))),
    fc.tuple(tie('double'), tie('double')).map(([a, b]) => checked(joined(a, '/', b))),
    fc.tuple(tie('bool'), tie('double'), tie('double')).map(choose),
  ),
  bool: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('p', 'q').map((name) => pair(name)),
    fc
      .tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool'))
      .map(([a, operator, b]) => joined(a, operator, b, operator === '&&' ? 'and' : 'or')),
    tie('bool').map(({ cel, sql }) => pair(`(!${cel})`, `(not ${sql})`)),
    fc.tuple(tie('double'), order(), tie('double')).map(([a, operator, b]) => joined(a, operator, b, equals(operator))),
    fc.tuple(tie('int'), order(), tie('int')).map(([a, operator, b]) => joined(a, operator, b, equals(operator))),
    tie('double').map(({ cel, sql }) => pair(`(${cel} == null)`, `(${sql} is null)`)),
  ),
}))

function order() {
  return fc.constantFrom('<', '<=', '>', '>=', '==', '!=')
}

function equals(operator: string): string {
  return operator === '==' ? '=' : operator
}

function choose([condition, yes, no]: readonly [Pair, Pair, Pair]): Pair {
  const sql = `(case when ${condition.sql} then ${yes.sql} when not ${condition.sql} then ${no.sql} end)`
  return pair(`(${condition.cel} ? ${yes.cel} : ${no.cel})`, sql)
}

function mixed(a: Pair, operator: string, b: Pair): Pair {
  return { cel: `(${a.cel} ${operator} ${b.cel})`, sql: `(${a.sql} ${operator} ${b.sql}::double)` }
}

function checked({ cel, sql }: Pair): Pair {
  return pair(cel, finite(sql))
}

const inputs = [
  ...['i', 'j'].map((name) => ({ name, dtype: 'int64' as const })),
  ...['x', 'y'].map((name) => ({ name, dtype: 'float64' as const })),
  ...['p', 'q'].map((name) => ({ name, dtype: 'bool' as const })),
]
const rows: readonly (readonly FeatureValue[])[] = [
  [1n, 2n, 0.5, 4, true, false],
  [-3n, 7n, -2.25, 0, false, null],
  [0n, null, 0, 1e-3, null, true],
  [null, 5n, null, 3, true, true],
  [9n, -9n, 1e6, -0.125, false, false],
  [null, null, null, null, null, null],
]

const instance = await DuckDBInstance.create()
const connection = await instance.connect()

beforeAll(async () => {
  await connection.run('create table t (n int, i bigint, j bigint, x double, y double, p bool, q bool)')
  for (const [index, row] of rows.entries()) {
    await connection.run(
      `insert into t values (${[index, ...row.map((value) => (value === null ? 'null' : String(value)))].join(', ')})`,
    )
  }
})

afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

it.each([
  ['bool' as const, bool],
  ['int64' as const, int],
  ['float64' as const, double],
])(
  'gives what DuckDB gives: %s',
  async (dtype, expressions) => {
    let [compared, known] = [0, 0]
    await fc.assert(
      fc.asyncProperty(expressions, async ({ cel, sql }) => {
        const found = compileOnDemand([{ name: 'result', dtype, cel }], inputs)
        // Larger trees are beyond the limits.
        fc.pre(found.type === 'compiled')
        const { program } = found
        const own = rows.map(
          (row) =>
            program.evaluate(program.inputs.map(({ name }) => row[inputs.findIndex((input) => input.name === name)] ?? null))[0],
        )
        // Of what could not be computed SQL knows nothing: it has nulls there, which and, or and is null treat as such.
        fc.pre(own.every((value) => value?.isFailed === false))
        const theirs = (await connection.runAndReadAll(`select (${sql}) as r from t order by n`))
          .getRows()
          .map(([value]) => value)
        expect(
          own.map((value) => value?.value),
          cel,
        ).toEqual(theirs)
        compared += 1
        known += theirs.filter((value) => value !== null).length
      }),
      { numRuns: 150 },
    )
    // It compares something: most values are known.
    expect(compared).toBe(150)
    expect(known).toBeGreaterThan(150)
  },
  120_000,
)
