/** `mainward features list`, `search` and `show` on a real repository, through the command line. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { edit, weatherFiles } from '../../governance/support/weather-files.ts'
import { commitFiles, createRepository, removeFolder, runGit, writeFiles } from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

let folder: string

beforeAll(() => {
  folder = createRepository()
  commitFiles(folder, weatherFiles)
  runGit(folder, 'tag', 'v1')
  writeFiles(folder, edit(weatherFiles, 'features/calm.yaml', 'wind_speed < 3', 'wind_speed < 4'))
})

afterAll(() => removeFolder(folder))

const run = (...argv: string[]) => runCommand(folder, ['features', ...argv])

describe('mainward features list', () => {
  it('prints one line a feature', async () => {
    expect(await run('list')).toEqual({
      code: 0,
      errors: '',
      output: `FEATURE                       DTYPE    UNIT  COMPUTED                           ONLINE             MODELS        OWNER
airport_weather:wind_speed    float32  mph   newest value                       every 15m, lag 1m  flight-delay  team-flightops
airport_weather:gustiness     float32  mph   newest value                       every 15m, lag 1m  -             team-flightops
airport_weather:wind_max_6h   float32  -     max of wind_speed over 6h          every 15m, lag 1m  flight-delay  team-flightops
calm:is_calm                  bool     -     newest value                       offline            flight-delay  team-flightops
carrier_delays:dep_delay      float32  min   newest value                       offline            -             team-carriers
carrier_delays:departures_1d  int64    -     count over 1d where dep_delay > 0  offline            -             team-carriers
`,
    })
  })

  it('takes only what the options name', async () => {
    const { output } = await run('list', '--tag', 'hourly', '--owner', 'team-carriers')
    expect(output.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'FEATURE',
      'carrier_delays:dep_delay',
      'carrier_delays:departures_1d',
      '',
    ])
    expect(await run('list', '--tag', 'houry')).toEqual({
      code: 2,
      output: '',
      errors: 'error: no view has the tag houry\nhint: did you mean hourly?\n',
    })
  })

  it('tells programs the views of a commit', async () => {
    const [now, before] = [await run('list', '--json'), await run('list', '--json', '--ref', 'v1')].map(
      ({ output }) => JSON.parse(output) as { views: { name: string; digest: string }[] },
    )
    const changed = now?.views.filter(({ digest }, index) => digest !== before?.views[index]?.digest)
    expect(changed?.map(({ name }) => name)).toEqual(['calm'])
  })

  it('says where the first error is when manifests are not sound', async () => {
    const other = createRepository()
    writeFiles(other, edit(weatherFiles, 'features/calm.yaml', 'view: airport_weather', 'view: airport_wether'))
    const outcome = await runCommand(other, ['features', 'list'])
    removeFolder(other)
    expect(outcome).toMatchObject({ code: 1, output: '' })
    expect(outcome.errors).toMatch(
      /^error: expected sound manifests in working tree \S+, found \d errors?, \d warnings?: features\/calm.yaml:8:\d+ [^]*\nhint: mainward validate lists them all\n$/,
    )
  })

  it('says that there is nothing', async () => {
    const other = createRepository()
    writeFiles(other, { 'mainward.yaml': weatherFiles['mainward.yaml'] ?? '' })
    expect(await runCommand(other, ['features', 'list'])).toMatchObject({ output: 'there are no feature views\n' })
    removeFolder(other)
  })
})

describe('mainward features search', () => {
  it('prints the best first', async () => {
    expect(await run('search', 'calm')).toEqual({
      code: 0,
      errors: '',
      output: `NAME          TYPE     DTYPE  UNIT  OWNER           DESCRIPTION
calm          view     -      -     team-flightops  Whether an airport is calm
calm:is_calm  feature  bool   -     team-flightops  -
`,
    })
  })

  it('offers what is near when it finds nothing, and fails', async () => {
    const errors = 'nothing has all of the words wnid mph\nhint: did you mean wind?\n'
    expect(await run('search', 'wnid', 'mph')).toEqual({ code: 1, output: '', errors })
    expect(await run('search', 'wnid', '--json')).toEqual({
      code: 1,
      output: '{\n  "hits": [],\n  "nearest": [\n    "wind"\n  ]\n}\n',
      errors: '',
    })
  })
})

describe('mainward features show', () => {
  it('prints a view', async () => {
    const { output } = await run('show', 'airport_weather')
    expect(output.replace(/sha256:[0-9a-f]{64}/, 'DIGEST')).toBe(
      `airport_weather  features/airport_weather.yaml:1
  description   Hourly weather at an airport
  owner         team-flightops
  entities      airport (airport string in column origin)
  reads         DataSource/weather_hourly
  sources       weather_hourly
  event time    observed_at
  known from    recorded_at
  greatest age  3h
  online        every 15m, lag 1m
  tags          weather, hourly
  read by       calm
  models        flight-delay
  tests         -
  definition    DIGEST

FEATURE      DTYPE    UNIT  COMPUTED                   TAKEN BY                                         DESCRIPTION
wind_speed   float32  mph   newest value               flight-delay as again__wind_speed, flight-delay  Mean over two minutes
gustiness    float32  mph   newest value               -                                                -
wind_max_6h  float32  -     max of wind_speed over 6h  flight-delay                                     -

expectations
  expect_column_values_to_be_between {"column":"wind_speed","min_value":0,"max_value":150} mostly 0.999

transform
  SELECT origin, observed_at, recorded_at, CASE WHEN wind_speed < 150 THEN wind_speed END AS wind_speed,
    wind_gust - wind_speed AS gustiness
  FROM {{ source }}
  WHERE wind_gust IS NOT NULL
`,
    )
  })

  it('prints one feature, with the expectations that speak of it', async () => {
    const { output } = await run('show', 'airport_weather:wind_speed')
    expect(output).toMatch(
      /^airport_weather:wind_speed {2}features\/airport_weather.yaml:1\n {2}description {3}Mean over two minutes\n/,
    )
    expect(output).toContain('\nexpectations\n  expect_column_values_to_be_between')
    expect((await run('show', 'airport_weather:gustiness')).output).not.toContain('expectations')
  })

  it('tells programs the same', async () => {
    expect(JSON.parse((await run('show', 'calm:is_calm', '--json')).output)).toMatchObject({
      view: 'calm',
      id: 'calm:is_calm',
      dtype: 'bool',
      takenBy: [{ model: 'flight-delay', as: 'is_calm' }],
    })
  })

  it('keeps control characters of a manifest away from the terminal', async () => {
    const other = createRepository()
    const description = 'description: "Calm\\e[31m or\\nnot"'
    writeFiles(other, edit(weatherFiles, 'features/calm.yaml', 'description: Whether an airport is calm', description))
    const { output } = await runCommand(other, ['features', 'show', 'calm'])
    removeFolder(other)
    expect(output).toContain('  description   Calm\\u001b[31m or not\n')
  })

  it('names the nearest', async () => {
    expect(await run('show', 'is_calm')).toEqual({
      code: 2,
      output: '',
      errors: 'error: there is no view is_calm\nhint: did you mean calm:is_calm?\n',
    })
  })
})
