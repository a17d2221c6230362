/** Statistics of values through the command line, on a real repository and files: numbers that were worked out by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitFiles, createRepository, removeFolder, runGit } from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

const head = 'apiVersion: mainward.dev/v1alpha1\nkind: '
const rows = `origin,observed_at,wind,sky
JFK,2013-01-01T00:00:00Z,10,clear
JFK,2013-01-01T01:00:00Z,30,rain
LGA,2013-01-01T02:00:00Z,,clear
JFK,2013-02-01T03:00:00Z,20,clear
LGA,2013-02-01T09:00:00Z,90,rain
`
const view = (wind: string): string => `${head}FeatureView
metadata: { name: sky, owner: team-weather }
spec:
  entities: [{ name: airport, columns: { airport: origin } }]
  source: weather
  transform: SELECT origin, observed_at, ${wind} AS wind, sky FROM {{ source }}
  features: [{ name: wind, dtype: float32, unit: mph }, { name: sky, dtype: string }]
`
const files = {
  'mainward.yaml': `${head}Project\nmetadata: { name: flights }\nspec: {}\n`,
  'airport.yaml': `${head}Entity\nmetadata: { name: airport }\nspec: { keys: [{ name: airport, dtype: string }] }\n`,
  'weather.yaml': `${head}DataSource
metadata: { name: weather }
spec:
  file: weather.csv
  eventTime: observed_at
  columns:
    - { name: origin, dtype: string }
    - { name: observed_at, dtype: timestamp }
    - { name: wind, dtype: float32 }
    - { name: sky, dtype: string }
`,
  'sky.yaml': view('wind'),
  'weather.csv': rows,
}
let folder: string

beforeAll(() => {
  folder = createRepository()
  commitFiles(folder, files)
  runGit(folder, 'tag', 'v1')
  commitFiles(folder, { ...files, 'sky.yaml': view('wind * 2') })
})

afterAll(() => removeFolder(folder))

const run = (...argv: string[]) => runCommand(folder, ['features', ...argv])

interface Described {
  readonly asOf: string
  readonly commit: string | null
  readonly features: readonly Readonly<Record<string, unknown>>[]
}

async function statisticsOf(...argv: string[]): Promise<Described | null> {
  const { output } = await run('show', ...argv, '--json')
  return (JSON.parse(output) as { statistics: Described | null }).statistics
}

describe('mainward features show --statistics', () => {
  it('computes what was known at the time', async () => {
    const found = await statisticsOf('sky', '--ref', 'v1', '--statistics', '--as-of', '2013-01-31')
    expect(found).toMatchObject({
      asOf: '2013-01-31T00:00:00Z',
      commit: runGit(folder, 'rev-parse', 'v1').trim(),
      sources: [{ name: 'weather', rows: 3, lastEvent: '2013-01-01T02:00:00Z' }],
      features: [
        { name: 'wind', of: 'rows', rows: 3, count: 2, nulls: 1, min: 10, max: 30, mean: 20 },
        { name: 'sky', of: 'rows', rows: 3, count: 3, nulls: 0, mean: null, histogram: null },
      ],
    })
    // Squares of -10 and 10 over 1.
    expect(found?.features[0]?.['std']).toBeCloseTo(Math.sqrt(200), 9)
  })

  it('prints a line a feature, and all of one feature', async () => {
    const { output } = await run('show', 'sky', '--ref', 'v1', '--statistics')
    expect(output).toContain('\n  owner         team-weather\n')
    const lines = output.split('\n').map((line) => line.trim().replace(/ {2,}/g, '|'))
    expect(lines).toContain('FEATURE|OF|ROWS|NULL|MEAN|STD|MIN|P5|P50|P95|MAX|MOST FREQUENT')
    // 10, 30, 20, 90 and a null: squares of -27.5, -7.5, -17.5 and 52.5 over 3. A median is off by at most a hundredth.
    expect(lines.find((line) => line.startsWith('wind|rows'))).toMatch(
      /^wind\|rows\|5\|20\.0 %\|37\.5\|35\.9398\|10\|10\.?\d*\|(19\.[89]|20\.[012])\d*\|(29|30)\.?\d*\|90\|-$/,
    )
    expect(lines).toContain('sky|rows|5|0.0 %|-|-|-|-|-|-|-|"clear" 60.0 %, "rain" 40.0 %')
    const one = (await run('show', 'sky:sky', '--ref', 'v1', '--statistics')).output
    expect(one).toMatch(
      / {2}of {13}5 rows\n {2}values {9}5\n {2}null {11}0 \(0\.0 %\)\n {2}most frequent\n {4}"clear" {2}3 {2}#{40}\n {4}"rain" {3}2 {2}#{27}\n$/,
    )
  })

  it('says which options do not fit', async () => {
    expect(await run('show', 'sky', '--as-of', '2013-01-31')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('--as-of is for --statistics: expected both') as string,
    })
    expect(await run('show', 'sky', '--history', '--statistics')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('expected --history or --statistics, found both') as string,
    })
  })
})

describe('mainward features diff --statistics', () => {
  it('shows how values differ between commits', async () => {
    const { output } = await run('diff', 'v1', 'HEAD', 'sky', '--statistics', '--json')
    const [diff] = (JSON.parse(output) as { statistics: { features: { divergence: { psi: number } | null }[] }[] }).statistics
    expect(diff?.features).toMatchObject([
      { name: 'wind', before: { mean: 37.5, nulls: 1 }, after: { mean: 75, nulls: 1 } },
      { name: 'sky', divergence: { psi: 0, jensenShannon: 0 } },
    ])
    expect(diff?.features[0]?.divergence?.psi).toBeGreaterThan(0.25)
  })

  it('shows how values differ between times', async () => {
    const { code, output } = await run(
      'diff',
      'v1',
      'v1',
      '--statistics',
      '--before-as-of',
      '2013-01-31',
      '--as-of',
      '2013-03-01',
    )
    expect(code).toBe(0)
    expect(output).toContain('no definition differs\n\nstatistics of sky\n  before  data as of 2013-01-31T00:00:00Z, of commit ')
    const lines = output.split('\n').map((line) => line.trim().replace(/ {2,}/g, '|'))
    // Shares of clear and rain: 2/3, 1/3 and 3/5, 2/5; no nulls.
    const psi = (3 / 5 - 2 / 3) * Math.log(3 / 5 / (2 / 3)) + (2 / 5 - 1 / 3) * Math.log(2 / 5 / (1 / 3))
    expect(lines.find((line) => line.startsWith('sky|after|5|0.0 %|'))).toContain(
      `"clear" 60.0 %, "rain" 40.0 %|${psi.toFixed(4)}|`,
    )
  })

  it('leaves data alone when nobody asks', async () => {
    expect(JSON.parse((await run('diff', 'v1', 'HEAD', '--json')).output)).not.toHaveProperty('statistics')
    expect((await run('diff', 'v1', 'HEAD', '--before-as-of', '2013-01-31')).code).toBe(2)
  })
})

describe('mainward features test --data --keep-statistics', () => {
  it('keeps what features show then tells, of the same definition', async () => {
    expect(await statisticsOf('sky')).toBeNull()
    const kept = await run('test', '--data', '--keep-statistics', '--as-of', '2013-01-31')
    expect(kept.errors).toBe('')
    expect(await statisticsOf('sky')).toMatchObject({ asOf: '2013-01-31T00:00:00Z', commit: null, features: [{ mean: 40 }, {}] })
    expect((await run('show', 'sky')).output).toContain('\ndata as of 2013-01-31T00:00:00Z, of the working tree; weather: 3 rows')
    expect(await statisticsOf('sky', '--ref', 'v1')).toBeNull()
    expect(await statisticsOf('sky:wind')).toMatchObject({ features: [{ name: 'wind', mean: 40 }] })
  })

  it('is for data', async () => {
    expect((await run('test', '--keep-statistics')).code).toBe(2)
  })
})
