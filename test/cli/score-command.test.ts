/** `mainward score` against a data plane that serves the same version: the same rows have the same answers, to the last bit. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Release } from '../../reconciler/core/release.ts'
import type { Engine, EngineRow } from '../../reconciler/features/engine/engine.ts'
import { openEngine } from '../../reconciler/features/engine/open-engine.ts'
import { type RunningServer, startServer } from '../serving/support/running-server.ts'
import { servingState, stableRoute } from '../serving/support/serving-state.ts'
import { commands } from '../../reconciler/cli/commands.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { createTestContext } from '../support/cli-context.ts'
import { runGit } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'
import { createScoredProject, readScoredRelease, scoredRow } from './score/support/scored-project.ts'

/** What the view has for each row, by hand: the newest row of the station at the full hour before `at`. */
const cases = [
  { station: 'A', at: '2020-01-01T03:30:00Z', values: [0.5, -1.25] },
  { station: 'A', at: '2020-01-01T06:59:59Z', values: [1.5, null] },
  { station: 'A', at: '2020-01-01T05:59:59.5Z', values: [0.5, -1.25] },
  { station: 'B', at: '2020-01-02T00:00:00+02:00', values: [-0.75, 0.125] },
  { station: 'C', at: '2020-01-01T03:30:00Z', values: null },
] as const

const rows = cases.map(({ station, at }, index) => scoredRow(index, station, at))

let folder: string
let release: Release
let server: RunningServer
let engine: Engine
/** The text of each answer, without the variant. */
let served: readonly string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-score-'))
  await createScoredProject(folder)
  release = await readScoredRelease(folder)
  engine = await openEngine({ spillFolder: join(folder, 'spill') })
  let next: (typeof cases)[number]['values'] = null
  server = await startServer({
    store: {
      read: () =>
        Promise.resolve([
          { watermarkUs: 0n, rows: [next === null ? null : { eventUs: 0n, computedAsOfUs: 0n, values: JSON.stringify(next) }] },
        ]),
      push: () => Promise.reject(new Error('nobody pushes')),
    },
  })
  await server.serve(servingState(1, { releases: [release], routes: [stableRoute(release)] }))
  const answers: string[] = []
  for (const [index, { values }] of cases.entries()) {
    next = values
    const { id: _, at: __, ...row } = rows[index] ?? {}
    const response = await fetch(`${server.url}/v1/models/bench/predict`, {
      method: 'POST',
      body: JSON.stringify({ rows: [row] }),
    })
    expect(response.status).toBe(200)
    answers.push(/"predictions":\[\{(.*),"variant"/.exec(await response.text())?.[1] ?? '')
  }
  served = answers
}, 60_000)

afterAll(async () => {
  await server.stop()
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  for (const name of readdirSync(folder)) if (/^\.?(in|out)\./.test(name)) rmSync(join(folder, name))
})

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content)
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

function score(kind: string, ...more: readonly string[]) {
  return runCommand(folder, ['score', 'bench', '--input', `in.${kind}`, '--out', `out.${kind}`, ...more])
}

/** As a CSV file has it. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '').replaceAll('"', '')
}

const joined = ['--at', 'at', '--as-of', '2020-06-01']

function lines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}

/** The rows with the features of the view as columns. */
function rowsWithFeatures(): readonly Record<string, unknown>[] {
  return rows.map((row, index) => ({ ...row, f0: cases[index]?.values?.[0] ?? null, f1: cases[index]?.values?.[1] ?? null }))
}

async function writeParquet(values: readonly object[], replaced = ''): Promise<void> {
  write('rows.jsonl', lines(values))
  const from = `read_json('${join(folder, 'rows.jsonl')}', format = 'newline_delimited')`
  await engine.query(`copy (select * ${replaced} from ${from}) to '${join(folder, 'in.parquet')}' (format parquet)`)
}

/** Score, decision and label of the answers. */
function servedValues(): readonly { score: number; decision: boolean; label: number; version: number }[] {
  return served.map((text) => JSON.parse(`{${text}}`) as { score: number; decision: boolean; label: number; version: number })
}

describe('the answers of the data plane', () => {
  it('differ, so that a row in the wrong place is seen, and the threshold decides both ways', () => {
    expect(new Set(served).size).toBe(cases.length)
    expect(new Set(servedValues().map(({ decision }) => decision)).size).toBe(2)
  })
})

describe('mainward score', () => {
  it('answers JSON lines as the data plane, text for text, with features of views as columns', async () => {
    write('in.jsonl', lines(rowsWithFeatures()))
    const { code, output } = await score('jsonl')
    expect(output).toMatch(
      /^5 rows scored by version 1 of bench \(binary-classification\), of working tree .*\nwrote out\.jsonl\n$/,
    )
    expect(code).toBe(0)
    const texts = rowsWithFeatures().map((row, index) => `${JSON.stringify(row).slice(0, -1)},${served[index] ?? ''}}\n`)
    expect(read('out.jsonl')).toBe(texts.join(''))
  })

  it('joins features of views as of the time of each row', async () => {
    write('in.jsonl', lines(rows))
    const { code, output } = await score('jsonl', ...joined)
    expect([code, output]).toEqual([0, expect.stringContaining('features joined of readings\n')])
    const texts = rows.map((row, index) => `${JSON.stringify(row).slice(0, -1)},${served[index] ?? ''}}\n`)
    expect(read('out.jsonl')).toBe(texts.join(''))
  })

  it('keeps what a JSON row says as it was written', async () => {
    const [row] = rowsWithFeatures()
    const text = ` { "huge": 12345678901234567890, "note": "a \\u00e9 }", ${JSON.stringify(row).slice(1)} `
    write('in.json', `[${text}, ${text}]`)
    expect((await score('json')).code).toBe(0)
    const scored = `${text.trim().slice(0, -1)},${served[0] ?? ''}}`
    expect(read('out.json')).toBe(`[${scored},\n ${scored}]\n`)
  })

  it('reads and writes gzip by its name', async () => {
    write('in.jsonl.gz', gzipSync(lines(rowsWithFeatures())))
    expect((await score('jsonl.gz')).code).toBe(0)
    const scored = gunzipSync(readFileSync(join(folder, 'out.jsonl.gz')))
      .toString()
      .trim()
      .split('\n')
    expect(scored.map((text) => /("score".*)\}$/.exec(text)?.[1])).toEqual(served)
  })

  it.each([['columns', rowsWithFeatures, []] as const, ['a join', () => rows, joined] as const])(
    'answers Parquet with the same numbers, features by %s',
    async (_, input, more) => {
      await writeParquet(input())
      expect((await score('parquet', ...more)).code).toBe(0)
      const found = await engine.query(
        `select id, score, decision, label, version, typeof(score) as type from '${join(folder, 'out.parquet')}'`,
      )
      const expected = servedValues().map((answer, index): EngineRow => {
        const label = BigInt(answer.label)
        return { id: `row-${index}`, ...answer, score: Math.fround(answer.score), label, type: 'FLOAT' }
      })
      expect(found).toEqual(expected)
    },
  )

  it.each([['columns', rowsWithFeatures, []] as const, ['a join', () => rows, joined] as const])(
    'answers CSV with the same texts, features by %s',
    async (_, input, more) => {
      const names = Object.keys(input()[0] ?? {})
      const text = input().map((row) => names.map((name) => toText(row[name])).join(','))
      write('in.csv', `${names.join(',')}\n${text.join('\n')}\n`)
      expect((await score('csv', ...more)).code).toBe(0)
      const expected = servedValues().map(({ decision, label, version }, index) => {
        const scoreText = /"score":([^,]*)/.exec(served[index] ?? '')?.[1] ?? ''
        return `${text[index] ?? ''},${scoreText},${decision},${label},${version}`
      })
      expect(read('out.csv')).toBe(`${names.join(',')},score,decision,label,version\n${expected.join('\n')}\n`)
    },
  )

  it('takes NaN of a table as a value that is not known', async () => {
    await writeParquet(rowsWithFeatures(), "replace (coalesce(f0, 'nan'::double) as f0, coalesce(f1, 'nan'::double) as f1)")
    await score('parquet')
    const found = await engine.query(`select score from '${join(folder, 'out.parquet')}'`)
    expect(found.map((row) => row['score'])).toEqual(servedValues().map((answer) => Math.fround(answer.score)))
  })

  it('takes a column of the on-demand feature where what it is computed of is missing', async () => {
    const trained = rowsWithFeatures().map(({ half, ...row }) => ({ ...row, f2: Number(half) * 2 }))
    write('in.jsonl', lines(trained))
    expect((await score('jsonl')).code).toBe(0)
    expect(
      read('out.jsonl')
        .trim()
        .split('\n')
        .map((text) => /("score".*)\}$/.exec(text)?.[1]),
    ).toEqual(served)
  })

  it('names what it adds with a prefix', async () => {
    write('in.jsonl', lines(rowsWithFeatures().map((row) => ({ ...row, score: 1 }))))
    expect((await score('jsonl', '--prefix', 'new_')).code).toBe(0)
    const [first] = read('out.jsonl').split('\n')
    expect(JSON.parse(first ?? '')).toMatchObject({ score: 1, new_score: servedValues()[0]?.score, new_version: 1 })
  })

  it('takes the version and its file of a commit', async () => {
    runGit(folder, 'init', '--quiet', '--initial-branch', 'main')
    runGit(folder, 'add', '--all')
    runGit(folder, 'commit', '--quiet', '--message', 'Start')
    const file = join(folder, 'models/bench/versions/1.onnx')
    const bytes = readFileSync(file)
    rmSync(file)
    write('in.jsonl', lines(rows))
    try {
      const { code, output } = await score('jsonl', ...joined, '--ref', 'main', '--version', '1')
      expect([code, output]).toEqual([0, expect.stringContaining('of main (commit ')])
      expect(
        read('out.jsonl')
          .split('\n')
          .flatMap((text) => /("score".*)\}$/.exec(text)?.[1] ?? []),
      ).toEqual(served)
    } finally {
      writeFileSync(file, bytes)
      rmSync(join(folder, '.git'), { recursive: true })
    }
  })

  it.each([
    ['jsonl', ''],
    ['json', '[]'],
  ])('makes a file without rows of one without rows: %s', async (kind, text) => {
    write(`in.${kind}`, text)
    expect(await score(kind)).toMatchObject({ code: 0, output: expect.stringMatching(/^0 rows scored/) as string })
    expect(read(`out.${kind}`).trim()).toBe(text)
  })
})

describe('--on-error skip', () => {
  const skip = ['--on-error', 'skip']

  function readRejected(): readonly { row: number; reason: string; input: unknown }[] {
    return read('out.rejected.jsonl')
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as { row: number; reason: string; input: unknown })
  }

  it('leaves rows out of JSON lines that are no rows, or are refused, and scores the others as before', async () => {
    const bad = rowsWithFeatures().map((row, index) =>
      index === 1 ? { ...row, f3: 'x' } : index === 4 ? { ...row, half: 'x' } : row,
    )
    write('in.jsonl', `{"half":\n[1]\n${lines(bad)}`)
    const { code, output } = await score('jsonl', ...skip)
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^3 rows scored .*\n4 rows left out: out\.rejected\.jsonl says why\n$/s),
    ])
    const kept = [0, 2, 3].map((index) => `${JSON.stringify(bad[index]).slice(0, -1)},${served[index] ?? ''}}\n`)
    expect(read('out.jsonl')).toBe(kept.join(''))
    expect([...readRejected()].sort((a, b) => a.row - b.row)).toEqual([
      { row: 1, reason: expect.stringMatching(/in\.jsonl:1: expected a row as JSON/) as string, input: '{"half":' },
      {
        row: 2,
        reason: expect.stringMatching(/in\.jsonl:2: expected an object by column name, found a list/) as string,
        input: '[1]',
      },
      { row: 4, reason: expect.stringMatching(/in\.jsonl:4: f3: expected a number, found "x"/) as string, input: bad[1] },
      { row: 7, reason: expect.stringMatching(/in\.jsonl:7: half: expected a number, found "x"/) as string, input: bad[4] },
    ])
  })

  it('leaves rows out whose key or time is none, and joins the others as before', async () => {
    write('in.json', JSON.stringify(rows.map((row, index) => (index === 0 ? { ...row, at: null } : row))))
    expect((await score('json', ...joined, ...skip)).code).toBe(0)
    const texts = (JSON.parse(read('out.json')) as object[]).map((row) => /("score".*)\}$/.exec(JSON.stringify(row))?.[1])
    expect(texts).toEqual(served.slice(1))
    expect(readRejected()).toMatchObject([{ row: 1, reason: expect.stringContaining('at: expected the time') as string }])
  })

  it.each(['parquet', 'csv'])('leaves rows out of a table, with and without a join: %s', async (kind) => {
    for (const [input, more] of [[rowsWithFeatures(), []] as const, [rows, joined] as const]) {
      const bad = input.map((row, index) => (index === 3 ? { ...row, f5: null } : row))
      if (kind === 'parquet') await writeParquet(bad)
      const names = Object.keys(bad[0] ?? {})
      const text = bad.map((row: Readonly<Record<string, unknown>>) => names.map((name) => toText(row[name])).join(','))
      if (kind === 'csv') write('in.csv', `${names.join(',')}\n${text.join('\n')}\n`)
      expect((await score(kind, ...more, ...skip)).code).toBe(0)
      const found = await engine.query(`select id, score::double as score from '${join(folder, `out.${kind}`)}'`)
      const expected = [0, 1, 2, 4].map((index) => ({
        id: `row-${index}`,
        score: Math.fround(servedValues()[index]?.score ?? 0),
      }))
      expect(found.map(({ id, score: value }) => ({ id, score: Math.fround(Number(value)) }))).toEqual(expected)
      expect(readRejected()).toMatchObject([
        { row: 4, reason: expect.stringContaining('f5: null is refused') as string, input: { f5: null } },
      ])
    }
  })

  it('writes an empty file where no row is refused, and files without rows where all are', async () => {
    write('in.jsonl', lines(rowsWithFeatures()))
    expect((await score('jsonl', ...skip)).output).toContain('0 rows left out: out.rejected.jsonl is empty\n')
    expect(read('out.rejected.jsonl')).toBe('')
    write('in.jsonl', lines(rowsWithFeatures().map((row) => ({ ...row, f3: 'x' }))))
    expect((await score('jsonl', ...skip)).output).toMatch(/^0 rows scored .*5 rows left out/s)
    expect([read('out.jsonl'), readRejected().map(({ row }) => row)]).toEqual(['', [1, 2, 3, 4, 5]])
  })

  it('does not overwrite its input with what is left out', async () => {
    write('out.rejected.jsonl', lines(rowsWithFeatures()))
    const { code, errors } = await runCommand(folder, [
      'score',
      'bench',
      '--input',
      'out.rejected.jsonl',
      '--out',
      'out.jsonl',
      ...skip,
    ])
    expect([code, errors]).toEqual([2, expect.stringContaining('--input is where rows that are left out go')])
  })
})

describe('what can not be scored', () => {
  it.each([
    ['a value of another type', { f3: 'x' }, /in\.jsonl:3: f3: expected a number, found "x"/],
    ['a null that the policy refuses', { f5: null }, /in\.jsonl:3: f5: null is refused by the null policy of the model/],
    ['a value that an expression can not read', { half: 'x' }, /in\.jsonl:3: half: expected a number, found "x"/],
    ['a name that is added', { label: 1 }, /in\.jsonl:3 has a column label already/],
  ])('is told with its place, and leaves what was there: %s', async (_, changes, message) => {
    write('in.jsonl', lines(rowsWithFeatures().map((row, index) => (index === 2 ? { ...row, ...changes } : row))))
    write('out.jsonl', 'as it was')
    const { code, errors } = await score('jsonl')
    expect(errors).toMatch(message)
    expect(code).not.toBe(0)
    expect(read('out.jsonl')).toBe('as it was')
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([])
  })

  it('is told with the number of the row of a table', async () => {
    await writeParquet(rowsWithFeatures(), "replace (case when id = 'row-3' then null else f5 end as f5)")
    const { code, errors } = await score('parquet')
    expect(errors).toMatch(/row 4 of .*in\.parquet: f5: null is refused/)
    expect([code, existsSync(join(folder, 'out.parquet'))]).toEqual([1, false])
  })

  it('says what is missing, and what may stand in its place', async () => {
    write('in.csv', 'station,half\nA,1\n')
    const missing = await score('csv', ...joined)
    expect(missing.errors).toMatch(/in\.csv has no column f3, f4, .*f19, which version 1 of bench takes/)
    write('in.jsonl', lines(rows))
    const timeless = await score('jsonl')
    expect(timeless.errors).toMatch(
      /takes f0, f1 of views \(readings\); .*in\.jsonl has none of these, and no column of their time is named/,
    )
    expect(timeless.errors).toContain('either columns of those names, or the keys (station) and --at COLUMN')
    write('in.jsonl', lines(rows.map(({ station: _, ...row }) => row)))
    expect((await score('jsonl', ...joined)).errors).toMatch(/and it has no column station/)
    write('in.jsonl', lines(rows.map((row) => ({ ...row, f0: 1 }))))
    expect((await score('jsonl', ...joined)).errors).toMatch(
      /has no column f1, .*of the view readings it has other features: all of them or none/,
    )
  })

  it.each([
    ['no time', { at: null }, /in\.jsonl:1: at: expected the time that features are joined as of, found none/],
    ['a time without a zone', { at: '2020-01-01T00:00:00' }, /in\.jsonl:1: at: expected a time in ISO 8601 with its zone/],
    ['a key of another type', { station: 5 }, /in\.jsonl:1: station: expected a string, found 5/],
  ])('says which key or time is none: %s', async (_, changes, message) => {
    write('in.jsonl', lines(rows.map((row) => ({ ...row, ...changes }))))
    expect((await score('jsonl', ...joined)).errors).toMatch(message)
  })

  it.each([
    [
      ['score', 'bench', '--input', 'in.csv', '--out', 'out.json'],
      /--out: expected a file of the kind of in\.csv, found out\.json/,
    ],
    [['score', 'bench', '--input', 'in.txt', '--out', 'out.txt'], /--input: expected a name that ends in/],
    [['score', 'bench', '--input', 'none.csv', '--out', 'out.csv'], /--input: there is no file none\.csv/],
    [['score', 'bench', '--input', 'in.jsonl', '--out', './in.jsonl'], /--out is the file of --input/],
    [['score', 'bunch', '--input', 'in.jsonl', '--out', 'out.jsonl'], /expected a model, found bunch/],
    [['score', 'bench', '--input', 'in.jsonl', '--out', 'out.jsonl', '--version', '7'], /there is no version 7 of bench/],
    [['score', 'bench', '--input', 'in.jsonl', '--out', 'out.jsonl', '--environment', 'test'], /no Rollout of bench in test/],
  ])('is used wrongly: %j', async (argv, message) => {
    write('in.jsonl', lines(rowsWithFeatures()))
    const { code, errors } = await runCommand(folder, argv)
    expect(errors).toMatch(message)
    expect(code).toBe(2)
  })

  it.each(['jsonl', 'csv'])('is what Ctrl-C ends: %s', async (kind) => {
    write('in.jsonl', lines(rowsWithFeatures()))
    write('in.csv', 'f0\n1\n')
    const context = createTestContext({ folder })
    context.interrupt()
    const argv = ['score', 'bench', '--input', `in.${kind}`, '--out', `out.${kind}`]
    expect(await runCli({ context, commands, argv, version: '0' })).toBe(1)
    expect(context.terminal.errors()).toContain('the work was cancelled')
    expect(readdirSync(folder).filter((name) => name.includes('out.'))).toEqual([])
  })

  it('is a model file that was changed', async () => {
    const path = join(folder, 'models/bench/versions/1.onnx')
    const bytes = readFileSync(path)
    write('in.jsonl', lines(rowsWithFeatures()))
    try {
      writeFileSync(path, Buffer.concat([bytes, Buffer.from([0])]))
      const { code, errors } = await score('jsonl')
      expect(errors).toMatch(/artifact.*sha256/s)
      expect(code).toBe(1)
    } finally {
      writeFileSync(path, bytes)
    }
  })
})
