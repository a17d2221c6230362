/** A repository of features, small enough to know by heart: two sources, three views (one of a view), a model, a version, a rollout. */
import { createHash } from 'node:crypto'
import type { Resource } from '../../../reconciler/core/resource.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import { parseFile } from '../../../reconciler/manifests/parse-file.ts'

export type Files = Readonly<Record<string, string>>

/** Stands for a model file: nothing here opens it. */
const artifact = 'no model\n'

const head = 'apiVersion: mainward.dev/v1alpha1\nkind: '

export const weatherFiles: Files = {
  'mainward.yaml': `${head}Project
metadata: { name: flights }
spec: {}
`,
  'features/entities.yaml': `${head}Entity
metadata: { name: airport, description: FAA code }
spec:
  keys:
    - { name: airport, dtype: string }
---
${head}Entity
metadata: { name: carrier }
spec:
  keys:
    - { name: carrier, dtype: string }
`,
  'features/weather.yaml': `${head}DataSource
metadata: { name: weather_hourly }
spec:
  file: data/weather_hourly.parquet
  eventTime: observed_at
  createdTime: recorded_at
  columns:
    - { name: origin, dtype: string }
    - { name: observed_at, dtype: timestamp }
    - { name: recorded_at, dtype: timestamp }
    - { name: wind_speed, dtype: float32, unit: mph }
    - { name: wind_gust, dtype: float32, unit: mph }
`,
  'features/flights.yaml': `${head}DataSource
metadata: { name: flights }
spec:
  file: data/flights.parquet
  eventTime: sched_dep
  columns:
    - { name: sched_dep, dtype: timestamp }
    - { name: origin, dtype: string }
    - { name: carrier, dtype: string }
    - { name: dep_delay, dtype: float32, unit: min }
    - { name: distance, dtype: float32, unit: mi }
    - { name: late, dtype: bool }
`,
  'features/airport_weather.yaml': `${head}FeatureView
metadata:
  name: airport_weather
  owner: team-flightops
  description: Hourly weather at an airport
  tags:
    - weather
    - hourly
spec:
  entities:
    - name: airport
      columns: { airport: origin }
  source: weather_hourly
  ttl: 3h
  transform: |
    SELECT origin, observed_at, recorded_at, CASE WHEN wind_speed < 150 THEN wind_speed END AS wind_speed,
      wind_gust - wind_speed AS gustiness
    FROM {{ source }}
    WHERE wind_gust IS NOT NULL
  features:
    - { name: wind_speed, dtype: float32, unit: mph, description: Mean over two minutes }
    - { name: gustiness, dtype: float32, unit: mph }
  aggregations:
    - { name: wind_max_6h, column: wind_speed, function: max, window: 6h }
  expectations:
    - expect_column_values_to_be_between: { column: wind_speed, min_value: 0, max_value: 150, mostly: 0.999 }
  online: { refresh: 15m, lag: 1m }
`,
  'features/calm.yaml': `${head}FeatureView
metadata: { name: calm, owner: team-flightops, description: Whether an airport is calm }
spec:
  entities:
    - name: airport
      columns: { airport: origin }
  source: { view: airport_weather }
  transform: SELECT origin, observed_at, recorded_at, wind_speed < 3 AS is_calm FROM {{ source }}
  features:
    - { name: is_calm, dtype: bool }
  tests:
    - name: a breeze is calm
      given:
        - { origin: JFK, observed_at: 2013-01-01T05:00:00Z, recorded_at: 2013-01-01T06:00:00Z, wind_speed: 2 }
      expect:
        - { airport: JFK, at: 2013-01-01T08:00:00Z, is_calm: true }
`,
  'features/carrier_delays.yaml': `${head}FeatureView
metadata: { name: carrier_delays, owner: team-carriers, tags: [hourly] }
spec:
  entities:
    - { name: carrier }
  source: flights
  features:
    - { name: dep_delay, dtype: float32, unit: min, description: Delay of the newest departure }
  aggregations:
    - { name: departures_1d, function: count, window: 1d, where: dep_delay > 0 }
`,
  'models/flight-delay.yaml': `${head}Model
metadata: { name: flight-delay, owner: team-flightops }
spec:
  task: binary-classification
  features:
    - { view: airport_weather, join: { airport: origin }, take: [wind_speed, wind_max_6h] }
    - { view: airport_weather, as: again, join: { airport: origin }, take: [wind_speed] }
    - { view: calm, join: { airport: origin }, take: [is_calm] }
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
  label: { source: flights, column: late, predictAt: sched_dep }
`,
  'models/flight-delay/versions/1.yaml': `${head}ModelVersion
metadata: { name: flight-delay-1 }
spec:
  model: flight-delay
  version: 1
  source: imported
  artifact:
    path: models/flight-delay/versions/1.onnx
    sha256: ${createHash('sha256').update(artifact).digest('hex')}
    sizeBytes: ${artifact.length}
  signature:
    inputs:
      - name: input
        datatype: FP32
        shape:
          - -1
          - 1
        features:
          - distance
    outputs: { score: probabilities, positiveIndex: 1 }
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
  goldenRows:
    - inputs: { distance: 733 }
      outputs: { probabilities: [0.5, 0.5] }
`,
  'models/flight-delay/versions/1.onnx': artifact,
  'rollouts/flight-delay.yaml': `${head}Rollout
metadata: { name: flight-delay, environment: production }
spec:
  canary:
    version: 1
`,
}

/** The files with a text replaced that must be there. */
export function edit(files: Files, path: string, before: string, after: string): Files {
  const text = files[path] ?? ''
  if (!text.includes(before)) throw new Error(`${path} does not have ${before}`)
  return { ...files, [path]: text.replace(before, after) }
}

/** Of a commit of these files; throws where one has an error. */
export function resourcesOf(files: Files = weatherFiles): readonly Resource[] {
  const manifests = Object.entries(files).filter(([path]) => path.endsWith('.yaml'))
  const sha256 = createHash('sha256').update(artifact).digest('hex')
  const { findings, resources } = assembleCommit(
    {
      files: manifests.map(([path, text]) => ({ path, parsed: parseFile(Buffer.from(text)) })),
      artifacts: new Map([['models/flight-delay/versions/1.onnx', { sizeBytes: artifact.length, sha256 }]]),
    },
    { mode: 'reconciled' },
  )
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return resources
}
