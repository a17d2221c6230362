/** A small repository whose model reads a view on a grid and a pushed one, with data of a few hours; and what the model answers, by hand. */
import { projectManifest } from '../../support/git-repositories.ts'

const head = 'apiVersion: mainward.dev/v1alpha1\n'

/** What the model multiplies each of its inputs with, in the order of the sample's columns. */
export const weights = { distance: 1, wind: 10, wind_max_6h: 1000, reports_6h: 100_000, limit: 0.5 }

export type Inputs = Readonly<Record<keyof typeof weights, number>>

/** The weighted sum that the ONNX file computes. */
export function scoreOf(inputs: Inputs): number {
  return inputs.distance + 10 * inputs.wind + 1000 * inputs.wind_max_6h + 100_000 * inputs.reports_6h + 0.5 * inputs.limit
}

export const sample = [
  { distance: 200, wind: 10, wind_max_6h: 12, reports_6h: 2, limit: 250, origin: 'JFK', account: 17 },
  { distance: 700, wind: 7.5, wind_max_6h: 7.5, reports_6h: 1, limit: 100, origin: 'LGA', account: 18 },
]

export function weatherView(wind = 'wind'): string {
  return `${head}kind: FeatureView
metadata: { name: weather }
spec:
  entities: [{ name: airport }]
  source: weather_hourly
  ttl: 3h
  transform: SELECT airport, "at", ${wind} AS wind FROM {{ source }}
  features: [{ name: wind, dtype: float64 }]
  aggregations:
    - { name: wind_max_6h, column: wind, function: max, window: 6h }
    - { name: reports_6h, function: count, window: 6h }
  online: { refresh: 15m, lag: 1m }
`
}

const accountView = `${head}kind: FeatureView
metadata: { name: account_limits }
spec:
  entities: [{ name: account }]
  source: limits
  features: [{ name: limit, dtype: float64 }]
  online: { freshness: exact }
`

const model = `${head}kind: Model
metadata: { name: delay }
spec:
  task: regression
  features:
    - view: weather
      join: { airport: origin }
      take: [wind, wind_max_6h, reports_6h]
    - view: account_limits
      take: [limit]
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
  nulls:
    default: reject
    features: { wind: -1, wind_max_6h: -2, limit: 0 }
  label: { source: flights, column: delay, predictAt: predict_at }
`

function source(name: string, columns: string, eventTime: string): string {
  const listed = columns.split(', ').map((column) => `    - { name: ${column.replace(' ', ', dtype: ')} }\n`)
  return `${head}kind: DataSource\nmetadata: { name: ${name} }\nspec:\n  file: data/${name}.csv\n  eventTime: ${eventTime}\n  columns:\n${listed.join('')}`
}

function entity(name: string, dtype: string): string {
  return `${head}kind: Entity\nmetadata: { name: ${name} }\nspec:\n  keys: [{ name: ${name}, dtype: ${dtype} }]\n`
}

export function delayRollout(version: number): string {
  return `${head}kind: Rollout\nmetadata: { name: delay }\nspec:\n  canary:\n    version: ${version}\n    steps: [{ weight: 100 }]\n`
}

/** Reports until eleven; the one of JFK at 11:05 is known from 11:05 on. */
export const weatherData = `airport,at,wind
JFK,2013-01-01T10:00:00Z,10
JFK,2013-01-01T11:05:00Z,12
LGA,2013-01-01T10:30:00Z,7.5
`

export const repositoryFiles = {
  'mainward.yaml': projectManifest,
  '.gitignore': '.mainward/\n',
  'features/entities.yaml': [entity('airport', 'string'), entity('account', 'int64')].join('---\n'),
  'features/sources.yaml': [
    source('weather_hourly', 'airport string, at timestamp, wind float64', 'at'),
    source('limits', 'account int64, at timestamp, limit float64', 'at'),
    source('flights', 'predict_at timestamp, origin string, account int64, distance float32, delay float32', 'predict_at'),
  ].join('---\n'),
  'features/weather.yaml': weatherView(),
  'features/accounts.yaml': accountView,
  'models/delay/model.yaml': model,
  'rollouts/delay.yaml': delayRollout(1),
  'data/weather_hourly.csv': weatherData,
  'data/limits.csv': 'account,at,limit\n',
  'data/flights.csv': 'predict_at,origin,account,distance,delay\n2013-01-01T11:00:00Z,JFK,17,200,5\n',
}
