/** A small repository of trips, weather and places, as files: late, restated, missing and null rows, the same on every run. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Times are minutes since 2013-01-01T00:00Z: all that is written is on whole minutes. */
export interface Trip {
  readonly id: string | null
  readonly start: number
  readonly ask: number | null
  readonly done: number | null
  readonly written: number | null
  readonly from: string | null
  readonly to: string
  readonly carrier: string | null
  readonly distance: number | null
  readonly late: boolean | null
}

export interface Weather {
  readonly place: string | null
  readonly seen: number
  readonly observed: number
  readonly wind: number | null
}

export interface Place {
  readonly place: string
  readonly height: number | null
}

export interface TripData {
  readonly trips: readonly Trip[]
  readonly weather: readonly Weather[]
  readonly places: readonly Place[]
}

export const firstMicros = BigInt(Date.parse('2013-01-01T00:00:00Z')) * 1000n
export const microsOf = (minute: number): bigint => firstMicros + BigInt(minute) * 60_000_000n
const instant = (minute: number): string => new Date(Date.parse('2013-01-01T00:00:00Z') + minute * 60_000).toISOString()
export const day = 1440
const names = ['A', 'B', 'C', 'D']

/** Park and Miller's generator. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

export function makeData(): TripData {
  const random = createRandom(20_130_101)
  const rare = (): boolean => random(25) === 0
  const weather: Weather[] = []
  for (let hour = 0; hour < 21 * 24; hour += 1) {
    for (const place of names.slice(0, 3)) {
      // Some hours have no reading, and C is silent for days.
      if (random(5) === 0 || (place === 'C' && hour % 100 < 40)) continue
      const observed = hour * 60 + random(3) * 10
      const row = { place: rare() ? null : place, observed, seen: observed + random(120), wind: rare() ? null : random(80) / 4 }
      weather.push(row)
      if (random(4) === 0) weather.push({ ...row, seen: row.seen + random(300), wind: random(80) / 4 })
    }
  }
  weather.sort((a, b) => ((a.observed * 7919 + a.seen) % 1009) - ((b.observed * 7919 + b.seen) % 1009))
  const trips: Trip[] = []
  for (let index = 0; index < 400; index += 1) {
    const start = random(20 * day)
    const trip: Trip = {
      id: rare() ? null : `t${index}`,
      start,
      ask: rare() ? null : start - 120,
      done: rare() ? null : start + 30 + random(3 * day),
      written: rare() ? null : start - 300,
      from: rare() ? null : (names[random(4)] ?? 'A'),
      to: names[random(4)] ?? 'A',
      carrier: rare() ? null : (['x', 'y', 'é,"z"'][random(3)] ?? 'x'),
      distance: rare() ? null : random(4000) / 4,
      late: rare() ? null : random(2) === 0,
    }
    trips.push(trip)
    if (random(10) === 0) trips.push({ ...trip, written: start - 100, late: random(2) === 0, distance: 1 })
  }
  return { trips, weather, places: [{ place: 'B', height: 7 }, { place: 'A', height: -3 }, { place: 'D', height: null }] } // prettier-ignore
}

const time = (minute: number | null): string => (minute === null ? '' : instant(minute))
const text = (value: string | number | boolean | null): string => {
  if (value === null) return ''
  const written = String(value)
  return /[",]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written
}
const csv = (header: string, rows: readonly (readonly string[])[]): string =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`

export function dataFiles({ trips, weather, places }: TripData): Readonly<Record<string, string>> {
  const half = Math.floor(weather.length / 2)
  const weatherFile = (rows: readonly Weather[]): string =>
    csv(
      'wind,place,seen,observed',
      rows.map((row) => [text(row.wind), text(row.place), time(row.seen), time(row.observed)]),
    )
  return {
    'data/trips.csv': csv(
      'id,start,ask,done,written,from,to,carrier,distance,late',
      trips.map((trip) => [
        text(trip.id), time(trip.start), time(trip.ask), time(trip.done), time(trip.written), text(trip.from), text(trip.to), text(trip.carrier), text(trip.distance), text(trip.late),
      ]),
    ),
    'data/weather/1.csv': weatherFile(weather.slice(0, half)),
    'data/weather/2.csv': weatherFile(weather.slice(half)),
    'data/places.csv': csv('place,height', places.map((row) => [row.place, text(row.height)])),
  } // prettier-ignore
}

export const tripManifests = `apiVersion: mainward.dev/v1alpha1
kind: Entity
metadata: { name: place }
spec:
  keys:
    - { name: place, dtype: string }
---
apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: weather }
spec:
  file: data/weather/*.csv
  eventTime: observed
  createdTime: seen
  rowKey:
    - place
    - observed
  columns:
    - { name: place, dtype: string }
    - { name: observed, dtype: timestamp }
    - { name: seen, dtype: timestamp }
    - { name: wind, dtype: float32 }
---
apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: places }
spec:
  file: data/places.csv
  columns:
    - { name: place, dtype: string }
    - { name: height, dtype: int32 }
---
apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: trips }
spec:
  file: data/trips.csv
  eventTime: start
  createdTime: written
  rowKey:
    - id
  columns:
    - { name: id, dtype: string }
    - { name: start, dtype: timestamp }
    - { name: ask, dtype: timestamp }
    - { name: done, dtype: timestamp }
    - { name: written, dtype: timestamp }
    - { name: from, dtype: string }
    - { name: to, dtype: string }
    - { name: carrier, dtype: string }
    - { name: distance, dtype: float32 }
    - { name: late, dtype: bool }
---
apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: place_weather }
spec:
  entities:
    - { name: place }
  source: weather
  ttl: 3h
  transform: SELECT place, observed, seen, wind * 2::FLOAT AS wind FROM {{ source }}
  rowKey:
    - place
    - observed
  features:
    - { name: wind, dtype: float32 }
  aggregations:
    - { name: wind_max_6h, column: wind, function: max, window: 6h }
    - { name: windy_1d, function: count, window: 1d, where: wind > 20 }
  online: { refresh: 15m, lag: 1m }
---
apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: place_facts }
spec:
  entities:
    - { name: place }
  source: places
  features:
    - { name: height, dtype: int32 }
---
apiVersion: mainward.dev/v1alpha1
kind: Model
metadata: { name: lateness, owner: trips }
spec:
  task: binary-classification
  features:
    - view: place_weather
      join: { place: from }
      take:
        - wind
        - wind_max_6h
        - windy_1d
    - view: place_weather
      as: there
      join: { place: to }
      take:
        - wind
    - view: place_facts
      join: { place: to }
      take:
        - height
  requestFeatures:
    - { name: distance, dtype: float32 }
  label: { source: trips, column: late, predictAt: ask, knownAt: done }
  training:
    data: { from: 2013-01-02, until: 2013-01-19, splitBy: start, validation: 3d, test: 2d }
  evaluation:
    resampleBy: day
    slices:
      - { by: carrier }
---
apiVersion: mainward.dev/v1alpha1
kind: Model
metadata: { name: unlabelled, owner: trips }
spec:
  task: binary-classification
  requestFeatures:
    - { name: distance, dtype: float32 }
`

/** Writes files below a folder; a new one unless it is given. */
export function writeRepository(
  files: Readonly<Record<string, string>>,
  folder = mkdtempSync(join(tmpdir(), 'mainward-trips-')),
): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

export const projectFile = {
  'mainward.yaml': 'apiVersion: mainward.dev/v1alpha1\nkind: Project\nmetadata:\n  name: trips\nspec: {}\n',
}
