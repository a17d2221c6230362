/** How a definition became what it is, and what differs between two commits: on real repositories, through the command line. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { edit, type Files, resourcesOf, weatherFiles } from '../../governance/support/weather-files.ts'
import { digestFeatures } from '../../../reconciler/manifests/features/feature-digests.ts'
import { commitFiles, createRepository, removeFolder, runGit } from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

const [weather, calm] = ['features/airport_weather.yaml', 'features/calm.yaml']

type Step = readonly [subject: string, path: string, before: string, after: string]

/** Each on top of the one before. */
const steps: readonly Step[] = [
  ['Keep weather for four hours', weather, 'ttl: 3h', 'ttl: 4h'],
  ['Say it better', weather, 'FROM {{ source }}', 'FROM   {{ source }} -- all of it'],
  ['Expect less', weather, 'mostly: 0.999', 'mostly: 0.99'],
  ['Note something', weather, 'spec:\n', 'spec:\n  # a comment\n'],
  ['Move the data', 'features/weather.yaml', 'data/weather_hourly', 'data/weather'],
  ['Describe the source', 'features/weather.yaml', 'name: weather_hourly }', 'name: weather_hourly, owner: somebody }'],
  ['Take the other model', 'models/flight-delay.yaml', 'take: [wind_speed, wind_max_6h]', 'take: [wind_speed]'],
  ['Break the input', weather, 'source: weather_hourly', 'source: weather_hourli'],
  ['Mend it', weather, 'source: weather_hourli', 'source: weather_hourly'],
  ['Break the manifest', weather, 'ttl: 4h', 'ttl: long'],
  ['Mend it another way', weather, 'ttl: long', 'ttl: 5h'],
  ['Put it online', calm, '  features:', '  online: { refresh: 1h }\n  features:'],
  ['Write out a default', calm, 'refresh: 1h', 'refresh: 1h, lag: 0s'],
]

let folder: string
const trees: Files[] = [weatherFiles]
const ids: string[] = []

beforeAll(() => {
  folder = createRepository()
  ids.push(commitFiles(folder, weatherFiles, 'Start\n\nWith a body.'))
  for (const [subject, path, before, after] of steps) {
    const next = edit(trees.at(-1) ?? {}, path, before, after)
    trees.push(next)
    ids.push(commitFiles(folder, { [path]: next[path] ?? '' }, subject))
  }
})

afterAll(() => removeFolder(folder))

interface Entry {
  readonly commit: string
  readonly author: string
  readonly date: string
  readonly subject: string
  readonly change: string
  readonly before: string | null
  readonly after: string | null
  readonly reason: string | null
  readonly fields: readonly { readonly resource: string; readonly field: string; readonly effect: string }[]
}

async function readHistory(view: string, ...argv: string[]): Promise<readonly Entry[]> {
  const { output } = await runCommand(folder, ['features', 'show', view, '--history', '--json', ...argv])
  return (JSON.parse(output) as { history: Entry[] }).history
}

const digestAt = (index: number, view: string) => digestFeatures(resourcesOf(trees[index])).views.get(view)

describe('the history of a definition', () => {
  it('has the commits that changed something, newest first, and says what', async () => {
    const entries = await readHistory('airport_weather')
    expect(
      entries.map(({ subject, change, fields }) => [
        subject,
        change,
        ...fields.map(({ field, effect }) => `${field}: ${effect}`),
      ]),
    ).toEqual([
      ['Mend it another way', 'repaired', 'ttl: values'],
      ['Break the manifest', 'broken'],
      ['Mend it', 'repaired'],
      ['Break the input', 'broken'],
      ['Move the data', 'values', 'file: values'],
      ['Expect less', 'checks', 'expect_column_values_to_be_between of wind_speed: checks'],
      ['Say it better', 'text', 'transform: text'],
      ['Keep weather for four hours', 'values', 'ttl: values'],
      ['Start', 'added'],
    ])
    expect(entries.map(({ reason }) => reason).filter((reason) => reason !== null)).toEqual([
      'FeatureView/airport_weather has errors',
      'DataSource/weather_hourli is not there',
    ])
  })

  it('has the digests, and who changed what when, as git has it', async () => {
    const entry = (await readHistory('airport_weather')).find(({ change }) => change === 'text')
    const [author, date, subject] = runGit(folder, 'show', '--no-patch', '--format=%an <%ae>|%cI|%s', ids[2] ?? '').split('|')
    expect(entry).toMatchObject({ commit: ids[2], author, subject, after: digestAt(2, 'airport_weather') })
    expect(Date.parse(entry?.date ?? '')).toBe(Date.parse(date ?? ''))
    const keep = (await readHistory('airport_weather')).find(({ commit }) => commit === ids[1])
    expect(keep).toMatchObject({ before: digestAt(0, 'airport_weather'), after: digestAt(1, 'airport_weather') })
  })

  it('of a view that reads another has what changes its values there, and nothing else of it', async () => {
    const entries = await readHistory('calm')
    expect(
      entries.map(({ subject, change, fields }) => [
        subject,
        change,
        ...fields.map(({ resource, field }) => `${resource} ${field}`),
      ]),
    ).toEqual([
      ['Write out a default', 'values', 'FeatureView/calm defaults that are written'],
      ['Put it online', 'values', 'FeatureView/calm online'],
      ['Mend it another way', 'repaired', 'FeatureView/airport_weather ttl'],
      ['Break the manifest', 'broken'],
      ['Mend it', 'repaired'],
      ['Break the input', 'broken'],
      ['Move the data', 'values', 'DataSource/weather_hourly file'],
      ['Keep weather for four hours', 'values', 'FeatureView/airport_weather ttl'],
      ['Start', 'added'],
    ])
  })

  it('is printed', async () => {
    const { output } = await runCommand(folder, ['features', 'show', 'airport_weather', '--history', '--ref', ids[3] ?? ''])
    const date = runGit(folder, 'show', '--no-patch', '--date=format-local:%Y-%m-%d', '--format=%cd', ids[3] ?? '')
    const [start, keep] = [0, 1].map((index) => digestAt(index, 'airport_weather')?.slice(7, 19))
    const short = ids.map((id) => id.slice(0, 12))
    expect(output).toBe(`${short[3]}  ${date}  Ada  Expect less
  checks change, values do not (${keep})
    expect_column_values_to_be_between of wind_speed (checks only)
      - expect_column_values_to_be_between {"column":"wind_speed","min_value":0,"max_value":150} mostly 0.999
      + expect_column_values_to_be_between {"column":"wind_speed","min_value":0,"max_value":150} mostly 0.99
${short[2]}  ${date}  Ada  Say it better
  text changes, values do not (${keep})
    transform (text only)
      - FROM {{ source }}
      + FROM   {{ source }} -- all of it
${short[1]}  ${date}  Ada  Keep weather for four hours
  values change (${start} → ${keep})
    ttl: 3h → 4h
${short[0]}  ${date}  Ada  Start
  added (none → ${start})
`)
  })

  it('obeys what the project includes', async () => {
    const other = createRepository()
    commitFiles(other, weatherFiles, 'Start')
    const project = weatherFiles['mainward.yaml']?.replace('spec: {}', 'spec: { include: ["models/**"] }') ?? ''
    commitFiles(other, { 'mainward.yaml': project }, 'Leave features out')
    commitFiles(other, weatherFiles, 'Take them back')
    const { output } = await runCommand(other, ['features', 'show', 'calm', '--history'])
    removeFolder(other)
    expect(
      output
        .split('\n')
        .filter((line) => /^\S/.test(line))
        .map((line) => line.split('  ').at(-1)),
    ).toEqual(['Take them back', 'Leave features out', 'Start'])
  })

  it('of five thousand commits is read in seconds: only those that touch features are parsed', async () => {
    const other = createRepository()
    importLine(other, 5_000)
    const start = performance.now()
    const { output } = await runCommand(other, ['features', 'show', 'airport_weather', '--history', '--json'])
    const seconds = (performance.now() - start) / 1000
    removeFolder(other)
    const { history } = JSON.parse(output) as { history: Entry[] }
    expect(history.map(({ subject }) => subject)).toEqual(['Change 4000', 'Change 2000', 'Start'])
    expect(seconds).toBeLessThan(20)
  }, 120_000)
})

/** A line of commits by `git fast-import`: each changes a manifest of a model, every two thousandth the view too. */
function importLine(target: string, count: number): void {
  const blob = (path: string, text: string): string => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`
  const head = (index: number, subject: string): string =>
    `commit refs/heads/main\ncommitter Ada <ada@example.org> ${1_700_000_000 + index} +0000\ndata ${subject.length}\n${subject}\n`
  const parts = [head(0, 'Start'), ...Object.entries(weatherFiles).map(([path, text]) => blob(path, text))]
  const model = weatherFiles['models/flight-delay.yaml'] ?? ''
  for (let index = 1; index <= count; index += 1) {
    parts.push(head(index, `Change ${index}`), blob(`models/m${index % 50}.yaml`, model.replace('flight-delay', `m${index}`)))
    if (index % 2_000 === 0 && index < count) {
      parts.push(blob(weather, (weatherFiles[weather] ?? '').replace('ttl: 3h', `ttl: ${3 + index / 2_000}h`)))
    }
  }
  // The last commit leaves the models as they were: the working tree of the command must be sound.
  parts.push(head(count + 1, 'Tidy'), ...Array.from({ length: 50 }, (_, index) => `D models/m${index}.yaml\n`))
  execFileSync('git', ['fast-import', '--quiet'], { cwd: target, input: parts.join('') })
  runGit(target, 'checkout', '--quiet', '--force', 'main')
}

describe('mainward features diff', () => {
  const diff = (...argv: string[]) => runCommand(folder, ['features', 'diff', ...argv])

  it('prints definitions side by side, and whose training inputs become stale', async () => {
    const { code, output } = await diff(ids[0] ?? '', ids[5] ?? '', 'airport_weather')
    const short = [0, 5].map((index) => digestAt(index, 'airport_weather')?.slice(7, 19))
    expect([code, output]).toEqual([
      0,
      `commit ${ids[0]?.slice(0, 12)} → commit ${ids[5]?.slice(0, 12)}

airport_weather: values change (${short[0]} → ${short[1]})
  transform (text only)
    - FROM {{ source }}
    + FROM   {{ source }} -- all of it
  ttl: 3h → 4h
  expect_column_values_to_be_between of wind_speed (checks only)
    - expect_column_values_to_be_between {"column":"wind_speed","min_value":0,"max_value":150} mostly 0.999
    + expect_column_values_to_be_between {"column":"wind_speed","min_value":0,"max_value":150} mostly 0.99
  DataSource/weather_hourly file: data/weather_hourly.parquet → data/weather.parquet

training inputs become stale: flight-delay
`,
    ])
  })

  it('has all views that differ, and only those', async () => {
    const read = async (...argv: string[]) => JSON.parse((await diff(...argv, '--json')).output) as { views: { name: string; change: string }[]; models: string[] } // prettier-ignore
    const names = async (...argv: string[]) => (await read(...argv)).views.map(({ name, change }) => `${name} ${change}`)
    expect(await names(ids[0] ?? '', ids[1] ?? '')).toEqual(['airport_weather values', 'calm values'])
    expect(await names(ids[1] ?? '', ids[2] ?? '')).toEqual(['airport_weather text'])
    expect(await names(ids[0] ?? '', ids[1] ?? '', 'carrier_delays')).toEqual([])
    expect((await read(ids[0] ?? '', ids[1] ?? '', 'calm')).models).toEqual(['flight-delay'])
    expect((await read(ids[1] ?? '', ids[3] ?? '')).models).toEqual([])
    expect((await read(ids[6] ?? '', ids[7] ?? '')).models).toEqual(['flight-delay'])
  })

  it('says that nothing differs', async () => {
    expect((await diff('HEAD', 'HEAD')).output).toMatch(/\nno definition differs\n/)
  })

  it.each([
    [['HEAD', 'HEAD', 'clam'], 2, 'error: there is no view clam on either side\nhint: did you mean calm?\n'],
    [['HEAD', 'nowhere'], 2, 'error: expected a branch, a tag or a commit id, found nowhere\n'],
  ])('%j is refused', async (argv, code, errors) => expect(await diff(...argv)).toEqual({ code, output: '', errors }))

  it('is refused between commits with errors', async () => {
    const { code, errors } = await diff(ids[7] ?? '', ids[8] ?? '')
    expect([code, errors]).toEqual([1, expect.stringContaining('features/airport_weather.yaml:15:11 unresolved-reference')])
  })
})
