// Measures 40 expectations on 20 columns × 1M rows: as the program evaluates them, in an engine of its own, against one statement
// that a person would write for the same counts, in the same engine. Also with profiles of all 20 columns in the same statement.
// `npm run build` first; `--runs N`, usually 7.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { report, rowOf, runsOf } from './report.mjs'
import { formatMs, median } from './table.mjs'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const { openEngine } = await import(`${dist}features/engine/open-engine.js`)
const { evaluateExpectations } = await import(`${dist}features/expectations/evaluate-expectations.js`)
const { computeStatistics } = await import(`${dist}features/statistics/compute-statistics.js`)
const { readExpectations } = await import(`${dist}manifests/expectation-checks.js`)

const rows = 1_000_000
const floats = Array.from({ length: 10 }, (_, index) => `f${index}`)
const wholes = Array.from({ length: 5 }, (_, index) => `i${index}`)
const texts = Array.from({ length: 5 }, (_, index) => `s${index}`)
const columns = new Map([
  ...floats.map((name) => [name, 'float64']),
  ...wholes.map((name) => [name, 'int64']),
  ...texts.map((name) => [name, 'string']),
])
const relation = { name: 'source:made', columns, identity: ['__row'], sequence: '__row' }

async function fill(engine) {
  const made = [
    ...floats.map((name, index) => `CASE WHEN hash(range * 7 + ${index}) % 50 <> 0 THEN (hash(range + ${index} * 1000003) % 100000)::DOUBLE END AS ${name}`), // prettier-ignore
    `hash(range)::BIGINT % 1000 AS i0`,
    `range AS i1`,
    ...[2, 3, 4].map((index) => `(hash(range + ${index} * 100003) % 1000)::BIGINT AS i${index}`),
    ...texts.map((name, index) => `'s' || (hash(range + ${index} * 103) % 1000) AS ${name}`),
  ].map((text) => text.replace('hash(range)::BIGINT % 1000', '(hash(range) % 1000)::BIGINT'))
  await engine.query(`CREATE TABLE "source:made" AS SELECT range AS "__row", ${made.join(', ')} FROM range(${rows})`)
}

/** What is asked, and what a person would write for it: all of it is met, so that no examples are fetched. */
const asked = [
  ...floats.map((column) => [
    { expect_column_values_to_be_between: { column, min_value: 0, max_value: 100000 } },
    `count(*) FILTER (WHERE NOT (${column} BETWEEN 0 AND 100000)), count(${column})`,
  ]),
  ...floats.slice(0, 5).map((column) => [
    { expect_column_values_to_not_be_null: { column, mostly: 0.9 } },
    `count(*) FILTER (WHERE ${column} IS NULL)`,
  ]),
  ...floats.slice(5).map((column) => [
    { expect_column_mean_to_be_between: { column, min_value: 49000, max_value: 51000 } },
    `favg(${column})`,
  ]),
  ...floats.slice(0, 3).map((column) => [
    { expect_column_stdev_to_be_between: { column, min_value: 28000, max_value: 30000 } },
    `stddev_samp(${column})`,
  ]),
  [{ expect_column_median_to_be_between: { column: 'f0', min_value: 49000, max_value: 51000 } }, 'quantile_cont(f0, 0.5)'],
  [{ expect_column_max_to_be_between: { column: 'i0', max_value: 999 } }, 'max(i0)'],
  [{ expect_column_values_to_be_unique: { column: 'i1' } }, 'count(DISTINCT i1)'],
  ...wholes.slice(2).map((column) => [
    { expect_column_values_to_be_between: { column, min_value: 0, max_value: 999 } },
    `count(*) FILTER (WHERE NOT (${column} BETWEEN 0 AND 999)), count(${column})`,
  ]),
  [{ expect_column_unique_value_count_to_be_between: { column: 'i2', max_value: 1000 } }, 'count(DISTINCT i2)'],
  [{ expect_column_pair_values_a_to_be_greater_than_b: { column_A: 'i3', column_B: 'i4', mostly: 0.4 } }, 'count(*) FILTER (WHERE NOT i3 > i4)'],
  ...texts.slice(0, 2).map((column) => [
    { expect_column_values_to_match_regex: { column, regex: '^s[0-9]+$' } },
    `count(*) FILTER (WHERE NOT regexp_matches(${column}, '^s[0-9]+$')), count(${column})`,
  ]),
  ...texts.slice(2, 4).map((column) => [
    { expect_column_value_lengths_to_be_between: { column, min_value: 2, max_value: 4 } },
    `count(*) FILTER (WHERE NOT (length(${column}) BETWEEN 2 AND 4)), count(${column})`,
  ]),
  [
    { expect_column_values_to_not_be_in_set: { column: 's4', value_set: ['x', 'y', 'z'] } },
    `count(*) FILTER (WHERE s4 IN ('x', 'y', 'z')), count(s4)`,
  ],
  ...['s0', 's1', 's2'].map((column) => [
    { expect_column_values_to_not_be_null: { column } },
    `count(*) FILTER (WHERE ${column} IS NULL)`,
  ]),
  [{ expect_table_row_count_to_equal: { value: rows } }, 'count(*)'],
] // prettier-ignore

const expectations = readExpectations(asked.map(([written]) => written))
const byHand = `SELECT ${asked.flatMap(([, sql]) => sql).map((sql, index) => sql.split(/, (?=count)/).map((one, part) => `${one} AS c${index}_${part}`).join(', ')).join(', ')} FROM "source:made"` // prettier-ignore

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function evaluateAll(engine) {
  const results = await evaluateExpectations(engine, relation, expectations)
  const wrong = results.filter(({ verdict }) => verdict !== 'passed')
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
}

const folder = mkdtempSync(join(tmpdir(), 'mainward-expectations-'))
const engine = await openEngine({ spillFolder: folder })
try {
  if (expectations.length !== 40) throw new Error(`expected 40 expectations, found ${expectations.length}`)
  await fill(engine)
  const measured = { hand: [], ours: [], profiled: [] }
  const request = { expectations, columns: [...columns.keys()], edges: new Map() }
  for (let run = -1; run < runsOf(7); run += 1) {
    const hand = await timed(() => engine.query(byHand))
    const ours = await timed(() => evaluateAll(engine))
    const profiled = await timed(() => computeStatistics(engine, relation, request))
    // The first round warms up.
    if (run < 0) continue
    measured.hand.push(hand)
    measured.ours.push(ours)
    measured.profiled.push(profiled)
  }
  const ratios = (name) => median(measured[name].map((value, run) => value / measured.hand[run]))
  const row = (item, name, target) =>
    rowOf(item, formatMs(median(measured[name])), {
      floor: formatMs(median(measured.hand)),
      ratio: ratios(name).toFixed(2),
      target: target === null ? '' : `at most ${target}`,
      met: target === null ? null : ratios(name) <= target,
    })
  report('expectations: 40 on 20 columns × 1M rows; the floor is one statement by hand with the same counts', [
    row('40 expectations', 'ours', 1.5),
    row('40 expectations and 20 profiles', 'profiled', null),
  ])
} finally {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
}
