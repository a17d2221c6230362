/** The training set of the trips by brute force, from the words of the rule: every trip looks at every row. Times are minutes. */
import { day, type Trip, type TripData, type Weather } from './trip-repository.ts'

export interface BruteRow {
  readonly place: number
  readonly trip: Trip
  readonly part: string
  /** In the order of the files: features, request features, label. */
  readonly cells: readonly (number | boolean | null)[]
  /** Whether a row of the view was found: from, there, facts. */
  readonly found: readonly boolean[]
}

export interface BruteDataset {
  readonly rows: readonly BruteRow[]
  readonly dropped: Readonly<Record<string, number>>
}

const bounds = { from: day, validation: 13 * day, test: 16 * day, until: 18 * day }

export function bruteDataset(data: TripData, asOf: number): BruteDataset {
  const rows: BruteRow[] = []
  const dropped: Record<string, number> = {}
  data.trips.forEach((trip, place) => {
    const reason = whyNot(trip, place, data.trips, asOf)
    if (reason === null) rows.push(learn(trip, place, data, asOf))
    else dropped[reason] = (dropped[reason] ?? 0) + 1
  })
  return { rows, dropped }
}

const writtenOf = (trip: Trip): number => trip.written ?? trip.start

function whyNot(trip: Trip, place: number, trips: readonly Trip[], asOf: number): string | null {
  if (writtenOf(trip) > asOf) return 'createdLater'
  const isRestated = trips.some(
    (other, at) =>
      at !== place &&
      trip.id !== null &&
      other.id === trip.id &&
      writtenOf(other) <= asOf &&
      (writtenOf(other) > writtenOf(trip) || (writtenOf(other) === writtenOf(trip) && at < place)),
  )
  if (isRestated) return 'restated'
  if (trip.ask === null) return 'noPredictTime'
  if (trip.start < bounds.from) return 'beforeRange'
  if (trip.start >= bounds.until) return 'afterRange'
  if (trip.late === null) return 'noLabel'
  if (trip.done === null) return 'noKnownTime'
  return trip.done > asOf ? 'knownLater' : null
}

function learn(trip: Trip, place: number, data: TripData, asOf: number): BruteRow {
  const part = trip.start < bounds.validation ? 'train' : trip.start < bounds.test ? 'validation' : 'test'
  const at = trip.ask ?? 0
  const here = weatherAt(data.weather, trip.from, at, asOf)
  const there = weatherAt(data.weather, trip.to, at, asOf)
  const facts = data.places.find((row) => row.place === trip.to)
  return {
    place,
    trip,
    part,
    cells: [here.wind, here.max, here.windy, there.wind, facts?.height ?? null, trip.distance, trip.late],
    found: [here.found, there.found, facts !== undefined],
  }
}

/** The values of place_weather for a key at a time, of rows that were seen by `asOf`. */
export function weatherAt(all: readonly Weather[], key: string | null, at: number, asOf: number) {
  const point = Math.floor((at - 1) / 15) * 15
  const seen = all
    .map((row, index) => ({ ...row, index }))
    .filter((row) => key !== null && row.place === key && row.seen <= asOf && row.seen <= point)
  // Versions of a row share its place and its hour: no other key has to be looked at.
  const standing = seen.filter(
    (row) =>
      !seen.some(
        (other) =>
          other.observed === row.observed && (other.seen > row.seen || (other.seen === row.seen && other.index < row.index)),
      ),
  )
  const own = standing.filter((row) => row.observed <= point)
  const newest = own.reduce<(typeof own)[number] | null>((best, row) => {
    if (best === null) return row
    const later = row.observed - best.observed || row.seen - best.seen || best.index - row.index
    return later > 0 ? row : best
  }, null)
  const found = newest !== null && at - newest.observed <= 180
  const inWindow = (minutes: number): readonly (number | null)[] =>
    own.filter((row) => row.observed > point - minutes).map((row) => (row.wind === null ? null : row.wind * 2))
  const winds = inWindow(360).filter((wind) => wind !== null)
  return {
    found,
    wind: found && newest.wind !== null ? newest.wind * 2 : null,
    max: winds.length === 0 ? null : Math.max(...winds),
    windy: inWindow(day).filter((wind) => wind !== null && wind > 20).length,
  }
}
