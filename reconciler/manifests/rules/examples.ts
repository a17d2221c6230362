/** Manifests that obey every rule, as `mainward explain` shows them. */

export const projectExample = `apiVersion: mainward.dev/v1alpha1
kind: Project
metadata: { name: flights }
spec:
  include:
    - models/**
    - rollouts/**
`

export const modelExample = `apiVersion: mainward.dev/v1alpha1
kind: Model
metadata:
  name: flight-delay
  owner: team-flightops
  description: Does a flight arrive 15 minutes late?
spec:
  task: binary-classification
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
    - { name: wind_speed, dtype: float32, unit: mph }
  nulls:
    default: model
    features: { wind_speed: 0 }
  serving: { budget: 50ms }
  decision: { threshold: 0.5 }
`

export const versionExample = `apiVersion: mainward.dev/v1alpha1
kind: ModelVersion
metadata: { name: flight-delay-3 }
spec:
  model: flight-delay
  version: 3
  source: imported
  artifact:
    path: models/flight-delay/versions/3.onnx
    sha256: 9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e
    sizeBytes: 128233
  signature:
    inputs:
      - name: input
        datatype: FP32
        shape:
          - -1
          - 2
        features:
          - distance
          - wind_speed
    outputs: { score: probabilities, label: label, positiveIndex: 1 }
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
    - { name: wind_speed, dtype: float32, unit: mph }
  nulls:
    default: model
    features: { wind_speed: 0 }
  decision: { threshold: 0.5 }
  goldenRows:
    - inputs: { distance: 733, wind_speed: 12.5 }
      outputs: { label: 1 }
`

export const canaryExample = `apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata: { name: flight-delay, environment: production }
spec:
  unit: flight_id
  canary:
    version: 3
    steps:
      - { weight: 5, hold: 10m }
      - { weight: 25, hold: 1h }
      - { weight: 100 }
`

export const splitExample = `apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata: { name: flight-delay }
spec:
  split:
    seed: flight-delay-2026q4
    coverage: 100
    variants:
      - { name: control, version: 2, weight: 50 }
      - { name: treatment, version: 3, weight: 50 }
`

export const fallbackExample = `${canaryExample}  fallback: { version: 2 }
`

export const recordingExample = `${modelExample}  recording:
    percent: 10
    drop:
      - wind_speed
      - unit
`

/** A model, its version and its rollout. */
export const completeExample = [modelExample, versionExample, canaryExample].join('---\n')

export const entityExample = `apiVersion: mainward.dev/v1alpha1
kind: Entity
metadata: { name: airport, description: FAA code }
spec:
  keys:
    - { name: airport, dtype: string }
`

export const sourceExample = `apiVersion: mainward.dev/v1alpha1
kind: DataSource
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
  freshness: { maxAge: 2h }
  volume: { window: 1d, minRows: 60 }
`

export const expectationExample = `${sourceExample}  expectations:
    - expect_column_values_to_not_be_null: { column: origin }
    - expect_column_values_to_be_between: { column: wind_speed, min_value: 0, max_value: 150, mostly: 0.999 }
`

export const viewExample = `apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: airport_weather, owner: team-flightops }
spec:
  entities:
    - name: airport
      columns: { airport: origin }
  source: weather_hourly
  ttl: 3h
  transform: |
    SELECT origin, observed_at, recorded_at, CASE WHEN wind_speed < 150 THEN wind_speed END AS wind_speed
    FROM {{ source }}
  features:
    - { name: wind_speed, dtype: float32, unit: mph }
  aggregations:
    - { name: wind_max_6h, column: wind_speed, function: max, window: 6h }
  tests:
    - name: max over the last six hours
      given:
        - { origin: JFK, observed_at: 2013-01-01T05:00:00Z, recorded_at: 2013-01-01T06:00:00Z, wind_speed: 10 }
      expect:
        - { airport: JFK, at: 2013-01-01T08:00:00Z, wind_max_6h: 10 }
  online: { refresh: 15m, lag: 1m }
`

export const labelSourceExample = `apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: flights }
spec:
  file: data/flights.parquet
  eventTime: sched_dep
  columns:
    - { name: sched_dep, dtype: timestamp }
    - { name: predict_at, dtype: timestamp }
    - { name: arrived_at, dtype: timestamp }
    - { name: origin, dtype: string }
    - { name: dest, dtype: string }
    - { name: carrier, dtype: string }
    - { name: distance, dtype: float32, unit: mi }
    - { name: wind_speed, dtype: float32, unit: mph }
    - { name: arr_delayed, dtype: bool }
`

/** A view with what it names. */
export const viewsExample = [entityExample, sourceExample, viewExample].join('---\n')

/** A version that reads a view: the view with all that it is made of is embedded. */
const embeddedExample = `apiVersion: mainward.dev/v1alpha1
kind: ModelVersion
metadata: { name: flight-delay-3 }
spec:
  model: flight-delay
  version: 3
  source: imported
  artifact:
    path: models/flight-delay/versions/3.onnx
    sha256: 9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e
    sizeBytes: 128233
  signature:
    inputs:
      - name: input
        datatype: FP32
        shape:
          - -1
          - 4
        features:
          - distance
          - wind_speed
          - dest_weather__wind_speed
          - dest_weather__wind_max_6h
    outputs: { score: probabilities, label: label, positiveIndex: 1 }
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
    - { name: wind_speed, dtype: float32, unit: mph }
  views:
    - view: airport_weather
      digest: sha256:419bade40f5ab14958bb9f44b40fe63c9158cfc5e5e154b61bc56b835b032a9f
      join: { airport: dest }
      as: dest_weather
      take:
        - wind_speed
        - wind_max_6h
  definitions:
    entities:
      - name: airport
        keys:
          - { name: airport, dtype: string }
    sources:
      - name: weather_hourly
        place:
          files: { format: parquet, pattern: data/weather_hourly.parquet }
        eventTime: observed_at
        createdTime: recorded_at
        columns:
          - { name: origin, dtype: string }
          - { name: observed_at, dtype: timestamp }
          - { name: recorded_at, dtype: timestamp }
          - { name: wind_speed, dtype: float32, unit: mph }
    views:
      - name: airport_weather
        entities:
          - name: airport
            columns: { airport: origin }
        inputs:
          - { kind: DataSource, name: weather_hourly }
        transform: |
          SELECT origin, observed_at, recorded_at, CASE WHEN wind_speed < 150 THEN wind_speed END AS wind_speed
          FROM {{ source }}
        eventTime: observed_at
        createdTime: recorded_at
        ttl: 3h
        features:
          - { name: wind_speed, dtype: float32, unit: mph }
        aggregations:
          - { name: wind_max_6h, function: max, column: wind_speed, window: 6h, dtype: float32 }
        online:
          grid: { refresh: 15m, lag: 1m }
  nulls:
    default: model
    features: { wind_speed: 0 }
  decision: { threshold: 0.5 }
`

/** A model that learns from a view, with what both name, and with its version and rollout. */
export const trainingExample = [
  viewsExample,
  labelSourceExample,
  modelExample.replace(
    '  requestFeatures:',
    `  features:
    - view: airport_weather
      as: dest_weather
      join: { airport: dest }
      take:
        - wind_speed
        - wind_max_6h
  requestFeatures:`,
  ).concat(`  label: { source: flights, column: arr_delayed, predictAt: predict_at, knownAt: arrived_at }
  training:
    data: { from: 2013-01-15, until: 2013-06-01, splitBy: sched_dep, validation: 14d, test: 14d }
  evaluation:
    resampleBy: day
    slices:
      - { by: carrier }
`),
  embeddedExample,
  canaryExample,
].join('---\n')

export const trainerExample = trainingExample
  .replace('    data: { from', '    command: [python3, training/train.py]\n    seed: 7\n    data: { from')
  .replace('  evaluation:\n', '  evaluation:\n    metrics:\n      - roc_auc\n')

const onDemandFeatures = `    - { name: scheduled, dtype: timestamp }
  onDemand:
    - { name: windy, dtype: bool, cel: wind_speed > 25 }
    - name: miles_in_wind
      dtype: float32
      unit: mi
      cel: "windy ? distance : 0.0"
    - { name: sched_hour, dtype: int32, cel: scheduled.getHours() }
`

export const onDemandExample = [
  modelExample.replace('  nulls:', `${onDemandFeatures}  onDemandOnly:\n    - scheduled\n  nulls:`),
  versionExample
    .replace('          - 2\n', '          - 5\n')
    .replace(
      '          - wind_speed\n',
      '          - wind_speed\n          - windy\n          - miles_in_wind\n          - sched_hour\n',
    )
    .replace('  nulls:', `${onDemandFeatures}  nulls:`)
    .replace('wind_speed: 12.5 }', 'wind_speed: 12.5, windy: false, miles_in_wind: 0, sched_hour: 17 }'),
  canaryExample,
].join('---\n')
