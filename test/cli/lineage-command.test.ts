/** `mainward lineage` on a real repository, with a real engine for its SQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { edit, weatherFiles } from '../governance/support/weather-files.ts'
import { commitFiles, createRepository, removeFolder, writeFiles } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'

let folder: string

beforeAll(() => {
  folder = createRepository()
  commitFiles(folder, weatherFiles)
})

afterAll(() => removeFolder(folder))

const run = (...argv: string[]) => runCommand(folder, ['lineage', ...argv])

describe('mainward lineage', () => {
  it('prints what a feature is made of, what it goes into, and its columns', async () => {
    expect(await run('feature/airport_weather:wind_max_6h')).toEqual({
      code: 0,
      errors: '',
      output: `Feature/airport_weather:wind_max_6h  float32
  made of
    FeatureView/airport_weather  every 15m, lag 1m
      DataSource/weather_hourly  data/weather_hourly.parquet
  goes into
    Model/flight-delay  binary-classification
      ModelVersion/flight-delay-1  imported
        Rollout/flight-delay@production  (canary)
  columns
    airport_weather:wind_max_6h  weather_hourly.wind_speed
`,
    })
  })

  it('follows columns through SQL and through views', async () => {
    const { output } = await run('DataSource/weather_hourly')
    expect(output).toBe(`DataSource/weather_hourly  data/weather_hourly.parquet
  goes into
    FeatureView/airport_weather  every 15m, lag 1m
      Feature/airport_weather:gustiness  float32, mph
      Feature/airport_weather:wind_max_6h  float32
        Model/flight-delay  binary-classification
          ModelVersion/flight-delay-1  imported
            Rollout/flight-delay@production  (canary)
      Feature/airport_weather:wind_speed  float32, mph
        Feature/calm:is_calm  bool
          Model/flight-delay  …
        Model/flight-delay  …
        Model/flight-delay  (as again__wind_speed)  …
      FeatureView/calm  offline
        Feature/calm:is_calm  …
  columns
    airport_weather:gustiness    weather_hourly.wind_gust, weather_hourly.wind_speed
    airport_weather:wind_max_6h  weather_hourly.wind_speed
    airport_weather:wind_speed   weather_hourly.wind_speed
    calm:is_calm                 weather_hourly.wind_speed
`)
  })

  it('draws a picture that never changes', async () => {
    const { output } = await run('Rollout/flight-delay', '--format', 'mermaid')
    expect(output).toBe(`flowchart LR
  n0["DataSource/flights"]
  n1["DataSource/weather_hourly"]
  n2["Feature/airport_weather:wind_max_6h"]
  n3["Feature/airport_weather:wind_speed"]
  n4["Feature/calm:is_calm"]
  n5["FeatureView/airport_weather"]
  n6["FeatureView/calm"]
  n7["Model/flight-delay"]
  n8["ModelVersion/flight-delay-1"]
  n9["Rollout/flight-delay@production"]
  n0 -->|"label"| n7
  n1 --> n5
  n2 --> n7
  n3 --> n4
  n3 --> n7
  n3 -->|"as again__wind_speed"| n7
  n4 --> n7
  n5 --> n2
  n5 --> n3
  n5 --> n6
  n6 --> n4
  n7 --> n8
  n8 -->|"canary"| n9
`)
    expect((await run('Rollout/flight-delay', '--format', 'mermaid')).output).toBe(output)
  })

  it('tells programs the same', async () => {
    const { output } = await run('Feature/calm:is_calm', '--format', 'json')
    expect(JSON.parse(output)).toMatchObject({
      focus: ['Feature/calm:is_calm'],
      columns: [
        { feature: 'Feature/airport_weather:wind_speed', columns: ['weather_hourly.wind_speed'] },
        { feature: 'Feature/calm:is_calm', columns: ['weather_hourly.wind_speed'], unresolved: null },
      ],
    })
  })

  it('knows which columns a condition of an aggregation reads, and of which the rows depend', async () => {
    const { output } = await run('Feature/carrier_delays:departures_1d')
    expect(output).toContain('carrier_delays:departures_1d  flights.dep_delay\n')
    const other = createRepository()
    writeFiles(other, edit(weatherFiles, 'features/calm.yaml', 'FROM {{ source }}', 'FROM {{ source }} WHERE gustiness < 9'))
    const outcome = await runCommand(other, ['lineage', 'FeatureView/calm'])
    removeFolder(other)
    expect(outcome.output).toContain('    Feature/airport_weather:gustiness  float32, mph  (rows)\n')
  })

  it('says where SQL cannot be followed, and counts what may have a part', async () => {
    const other = createRepository()
    const sql = 'SELECT origin, observed_at, recorded_at, wind_speed < 3 AS is_calm FROM {{ source }}'
    writeFiles(other, edit(weatherFiles, 'features/calm.yaml', sql, `${sql} NATURAL JOIN (SELECT 1 AS one)`))
    const outcome = await runCommand(other, ['lineage', 'FeatureView/calm'])
    removeFolder(other)
    expect(outcome.output).toMatch(/ calm:is_calm +not resolved: calm: a natural join is not followed\n/)
    expect(outcome.output).toContain('    Feature/airport_weather:gustiness  float32, mph  (perhaps)\n')
  })

  it.each([
    ['Feature/calm:is_clam', 'did you mean Feature/calm:is_calm?'],
    ['Entity/airport', 'there are DataSource, FeatureView, Feature/VIEW:FEATURE, OnDemand/MODEL:FEATURE, Model, ModelVersion and Rollout; mainward graph has every resource'], // prettier-ignore
  ])('has no %s', async (name, hint) => {
    expect(await run(name)).toEqual({ code: 2, output: '', errors: `error: no resource ${name}\nhint: ${hint}\n` })
  })
})
