/** `mainward dataset` on a small repository with real files, against a computation by brute force, cell by cell. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../reconciler/cli/commands.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import type { DatasetReport } from '../../reconciler/features/dataset/dataset-report.ts'
import type { Cell } from '../../reconciler/features/engine/engine.ts'
import { openEngine } from '../../reconciler/features/engine/open-engine.ts'
import { bruteDataset } from '../features/dataset/support/brute-dataset.ts'
import { dataFiles, makeData, microsOf, projectFile, tripManifests, writeRepository } from '../features/dataset/support/trip-repository.ts' // prettier-ignore
import { createTestContext } from '../support/cli-context.ts'
import { commitFiles, createRepository } from '../support/git-repositories.ts'

const data = makeData()
const files = { ...projectFile, 'features.yaml': tripManifests, ...dataFiles(data) }
const folders: string[] = []
let folder: string

function repository(changes: Readonly<Record<string, string>> = {}): string {
  const made = writeRepository({ ...files, ...changes })
  folders.push(made)
  return made
}

beforeAll(() => {
  folder = repository()
})

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true })
})

async function run(argv: readonly string[], where = folder) {
  const context = createTestContext({ folder: where })
  const code = await runCli({ context, commands, argv: ['dataset', ...argv], version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

async function make(out: string, argv: readonly string[] = [], where = folder): Promise<DatasetReport> {
  const { code, output, errors } = await run(['lateness', '--out', out, '--json', ...argv], where)
  expect([code, errors]).toEqual([0, ''])
  return JSON.parse(output) as DatasetReport
}

/** Cells of all rows of a Parquet file, and the names of its columns. */
async function readParquet(path: string): Promise<{ names: readonly string[]; rows: readonly (readonly Cell[])[] }> {
  const engine = await openEngine({ spillFolder: join(folder, '.spill') })
  try {
    const types = await engine.query(`select column_name as n from (describe from '${path}')`)
    const rows = await engine.query(`from '${path}'`)
    return { names: types.map(({ n }) => String(n)), rows: rows.map((row) => Object.values(row)) }
  } finally {
    await engine.close()
  }
}

const expectedColumns = ['wind', 'wind_max_6h', 'windy_1d', 'there__wind', 'height', 'distance', 'late']
const whole = ['windy_1d']

/** What was asked as of `minute`, compared cell by cell with the reference. */
async function compare(report: DatasetReport, out: string, minute: number): Promise<void> {
  const brute = bruteDataset(data, minute)
  expect(report.rows).toEqual({ read: data.trips.length, kept: brute.rows.length, dropped: brute.dropped })
  for (const part of report.parts) {
    const expected = brute.rows.filter((row) => row.part === part.name)
    const { names, rows } = await readParquet(join(out, part.file))
    expect(names).toEqual(expectedColumns)
    const cells = expected.map((row) =>
      row.cells.map((cell, at) => (typeof cell === 'number' && whole.includes(names[at] ?? '') ? BigInt(cell) : cell)),
    )
    expect(rows).toEqual(cells)
    expect(part.rows).toBe(expected.length)
    const side = await readParquet(join(out, part.sideFile))
    expect(side.names).toEqual(['__source_row', '__predict_at', '__day', 'carrier'])
    expect(side.rows).toEqual(
      expected.map(({ place, trip }) => [
        BigInt(place),
        microsOf(trip.ask ?? 0),
        microsOf(Math.floor(trip.start / 1440) * 1440),
        trip.carrier,
      ]),
    )
  }
  const coverage = expectedColumns.slice(0, 5).map((name, at) => {
    const has = brute.rows.filter(({ cells }) => cells[at] !== null).length
    const role = [0, 0, 0, 1, 2][at] ?? 0
    const nulls = brute.rows.filter(({ cells, found }) => cells[at] === null && found[role] === true).length
    return [name, has, nulls, brute.rows.length - has - nulls]
  })
  expect(report.features.map(({ name, values, nulls, missing }) => [name, values, nulls, missing])).toEqual(coverage)
}

describe('mainward dataset', () => {
  it('is what brute force computes, in every cell, in the order of the source', async () => {
    const out = join(folder, 'out/all')
    mkdirSync(dirname(out))
    const report = await make(out)
    await compare(report, out, 100 * 1440)
    expect(report.parts.map(({ name }) => name)).toEqual(['train', 'validation', 'test'])
    expect(JSON.parse(readFileSync(join(out, 'dataset.json'), 'utf8'))).toEqual(report)
    const reference = bruteDataset(data, 100 * 1440)
    // What is compared has every sort of row.
    expect(Object.keys(reference.dropped).sort()).toEqual(['afterRange', 'beforeRange', 'noKnownTime', 'noLabel', 'noPredictTime', 'restated']) // prettier-ignore
    expect(report.features.every(({ values }) => values > 50)).toBe(true)
    expect(report.features[0]).toMatchObject({ nulls: expect.toSatisfy((n: number) => n > 0) as number, missing: expect.toSatisfy((n: number) => n > 20) as number }) // prettier-ignore
  })

  it('as of a time has what was known then', async () => {
    const out = join(folder, 'asof')
    const report = await make(out, ['--as-of', '2013-01-18T07:30:00Z'])
    await compare(report, out, 17 * 1440 + 450)
    expect(report.rows.dropped).toMatchObject({ createdLater: expect.any(Number) as number, knownLater: expect.any(Number) as number }) // prettier-ignore
    expect(report.asOf).toBe('2013-01-18T07:30:00Z')
  })

  it('has the same digest on one thread and on eight, and another when one value is another', async () => {
    const [one, eight] = [await make(join(folder, 'd1'), ['--threads', '1']), await make(join(folder, 'd8'), ['--threads', '8'])]
    expect(one.digest).toBe(eight.digest)
    expect(one.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    const changed = dataFiles({ ...data, places: data.places.map((row) => ({ ...row, height: 8 })) })
    const other = await make('out', [], repository(changed))
    expect(other.digest).not.toBe(one.digest)
    expect(other.trainingInputs).toBe(one.trainingInputs)
  })

  it('does not change when a value becomes known after the last prediction', async () => {
    const before = await make(join(folder, 'leak1'))
    const where = repository()
    const asked = data.trips.flatMap(({ ask, from }) => (ask === null || from === null ? [] : [{ ask, from }]))
    const instant = (minute: number): string => new Date(Number(microsOf(minute) / 1000n)).toISOString()
    const readings = (knownAt: (ask: number) => number): string =>
      asked.map(({ ask, from }) => `999,${from},${instant(knownAt(ask))},${instant(ask - 61)}\n`).join('')
    // Just before each prediction, and known after the last of all.
    appendFileSync(
      join(where, 'data/weather/2.csv'),
      readings(() => 30 * 1440),
    )
    expect((await make('out', [], where)).digest).toBe(before.digest)
    appendFileSync(
      join(where, 'data/weather/2.csv'),
      readings((ask) => ask - 60),
    )
    expect((await make('out', [], where)).digest).not.toBe(before.digest)
  })

  it('reads the files of a commit, whatever lies there now', async () => {
    const where = createRepository(repository())
    const commit = commitFiles(where, {})
    const before = await make('out', [], where)
    writeFileSync(join(where, 'data/places.csv'), 'place,height\nA,1\n')
    rmSync(join(where, 'data/weather'), { recursive: true })
    const report = await make('out', ['--ref', 'main'], where)
    expect([report.commit, report.digest]).toEqual([commit, before.digest])
  })

  it('tells people what is in it', async () => {
    const { code, output, errors } = await run(['lateness', '--out', 'text'])
    expect([code, errors]).toEqual([0, ''])
    expect(output).toMatch(/^dataset of lateness in text, from the working tree, as of 20\d\d-\S+Z\nsha256:[0-9a-f]{64}\n/)
    expect(output).toMatch(/^ {2}\d+ left out: no label$/m)
    expect(output).toMatch(/^train +\d+ +2013-01-01T\S+Z +2013-01-1\d\S+Z$/m)
    expect(output).toMatch(/^there__wind +place_weather +\d+\.\d % +\d+\.\d % +\d+\.\d %$/m)
  })

  it('tells what is expected of its sources and views, and ends with 1 when something critical does not hold', async () => {
    const expectations = `  expectations:
    - expect_column_values_to_be_between: { column: wind, min_value: 0, max_value: 39 }
    - expect_column_values_to_not_be_null: { column: wind, severity: warning }
  online:`
    const where = repository({ 'features.yaml': tripManifests.replace('  online:', expectations) })
    const { code, output } = await run(['lateness', '--out', 'out'], where)
    expect(code).toBe(1)
    expect(output).toMatch(/^failed {3}FeatureView\/place_weather: \d+ rows, 0 of 2 checks passed$/m)
    expect(output).toContain('expect_column_values_to_be_between (critical, failed)')
    const { checks } = JSON.parse(readFileSync(join(where, 'out/dataset.json'), 'utf8')) as DatasetReport
    const above = data.weather.filter(({ wind }) => wind !== null && wind * 2 > 39).length
    expect(checks).toMatchObject([{ kind: 'FeatureView', name: 'place_weather', rows: data.weather.length }])
    expect(checks[0]?.results).toMatchObject([{ unexpectedCount: above, verdict: 'failed' }, { verdict: 'failed' }])
    expect(above).toBeGreaterThan(5)
  })

  it('takes a label of one class', async () => {
    const same = dataFiles({ ...data, trips: data.trips.map((trip) => ({ ...trip, late: true })) })
    expect((await make('out', [], repository(same))).rows.kept).toBeGreaterThan(100)
  })
})

describe('the folder of a dataset', () => {
  it('replaces an earlier dataset, and nothing else', async () => {
    const out = join(folder, 'again')
    await make(out)
    writeFileSync(join(out, 'old.txt'), '')
    await make(out)
    expect(readdirSync(out).sort()).toEqual(['dataset.json', 'side', 'test.parquet', 'train.parquet', 'validation.parquet'])
    const { code, errors } = await run(['lateness', '--out', 'data'])
    expect([code, errors]).toEqual([1, expect.stringContaining('holds something else than a dataset')])
    expect(existsSync(join(folder, 'data/trips.csv'))).toBe(true)
    expect((await run(['lateness', '--out', 'features.yaml'])).errors).toContain('expected a folder or nothing at')
  })

  it('is not there after Ctrl-C, and an earlier one stays as it was', async () => {
    const out = join(folder, 'cut/out')
    mkdirSync(dirname(out))
    const interruptAt = async (step: string) => {
      const context = createTestContext({ folder, interactive: true })
      const writeError = (text: string): void => {
        context.terminal.writeError(text)
        if (text.includes(step)) context.interrupt()
      }
      const cut = { ...context, terminal: { ...context.terminal, writeError } }
      const code = await runCli({ context: cut, commands, argv: ['dataset', 'lateness', '--out', out], version: '0' })
      return [code, /error: .*/.exec(context.terminal.errors())?.[0]]
    }
    expect(await interruptAt('FeatureView/')).toEqual([1, 'error: the work was cancelled'])
    expect(await interruptAt('validation.parquet')).toEqual([1, 'error: the work was cancelled'])
    expect(readdirSync(dirname(out))).toEqual([])
    const before = await make(out)
    expect((await interruptAt('digest'))[0]).toBe(1)
    expect(readdirSync(dirname(out))).toEqual([basename(out)])
    expect(JSON.parse(readFileSync(join(out, 'dataset.json'), 'utf8'))).toEqual(before)
  })

  it('of a killed run is removed by the next one', async () => {
    const half = join(folder, '.swept.4194301.new')
    mkdirSync(half)
    await make(join(folder, 'swept'))
    expect(existsSync(half)).toBe(false)
  })
})

describe('wrong use', () => {
  const manifest = (from: string, to: string) => ({ 'features.yaml': tripManifests.replace(from, to) })

  it.each<readonly [string, readonly string[], number, string, Readonly<Record<string, string>>]>([
    ['an unknown model', ['latenes', '--out', 'o'], 2, 'hint: did you mean lateness?', {}],
    ['a model without label', ['unlabelled', '--out', 'o'], 2, 'the model unlabelled has no label', {}],
    ['a time that is none', ['lateness', '--out', 'o', '--as-of', 'June'], 2, '--as-of: expected a day or a time', {}],
    ['a time to come', ['lateness', '--out', 'o', '--as-of', '2999-01-01'], 2, 'expected a time that has passed', {}],
    ['no threads', ['lateness', '--out', 'o', '--threads', '0'], 2, '--threads: expected a number of at least 1', {}],
    ['a ref that is none', ['lateness', '--out', 'o', '--ref', 'x'], 1, 'is not in a git repository', {}],
    ['no folder', ['lateness'], 2, "required option '--out <folder>' not specified", {}],
    ['manifests with errors', ['lateness', '--out', 'o'], 1, 'has errors', manifest('column: late,', 'column: lat,')],
    ['a missing file', ['lateness', '--out', 'o'], 1, 'source places: no file matches data/place.csv', manifest('places.csv', 'place.csv')],
    ['an empty part', ['lateness', '--out', 'o'], 1, 'for the part validation (by start from 2013-12-29T00:00:00Z until 2014-01-01T00:00:00Z)', manifest('until: 2013-01-19', 'until: 2014-01-03')],
    ['a wrong cell', ['lateness', '--out', 'o'], 1, 'row 1 of data/places.csv: column height: "high" is no int32', { 'data/places.csv': 'place,height\nA,1\nB,high\n' }],
  ])('%s', async (...[, argv, code, message, changes]) => {
    const where = repository(changes)
    const found = await run(argv, where)
    expect(found.errors).toContain(message)
    expect(found.code).toBe(code)
    expect(readdirSync(where).filter((name) => /^\.?o/.test(name))).toEqual([])
  }) // prettier-ignore
})
