/** The rows of a request with their features: keys that were read from it, what the store has under them, what was computed. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { describe, placeError } from '../../inference/rows/cell.ts'
import { datatypeOfDtype, type InferInput } from '../assembly/given-inputs.ts'
import type { ComputedRow } from './computed-rows.ts'
import { buildEntityKey, readKey, type JoinKeys } from './entity-key.ts'
import { readJoined, type JoinedFeature, type JoinedKey, type JoinedView, type ViewJoin } from './view-join.ts'
import type { ViewLookup } from './view-lookups.ts'
import type { FeatureStatus, ViewRow } from './view-row.ts'

export interface JoinedRows {
  readonly join: ViewJoin
  readonly keys: JoinKeys
  /** By view, then by row. */
  readonly rows: readonly (readonly ViewRow[])[]
  /** Its on-demand features, row by row; null: it has none. */
  readonly computed: readonly ComputedRow[] | null
}

/** Throws `invalid-input` for a row without a key, or with one of a wrong type. */
export function keysOfRows({ views }: ViewJoin, rows: readonly Row[], positions: readonly number[]): JoinKeys {
  return views.map((joined) =>
    positions.map((position) => buildEntityKey(joined.keys.map((key) => keyOfRow(rows[position] ?? {}, key, joined, position)))),
  )
}

function keyOfRow(row: Row, { name, dtype }: JoinedKey, { view }: JoinedView, position: number) {
  if (!Object.hasOwn(row, name)) {
    throw invalid(`rows[${position}]: "${name}" is missing, a key of the view "${view.name}"; send null when it is not known`)
  }
  try {
    return readKey(dtype, row[name])
  } catch (error) {
    throw placeError(error, `rows[${position}].${name}`)
  }
}

export function lookupsOf({ views }: ViewJoin, keys: JoinKeys): readonly ViewLookup[] {
  return views.map(({ view }, index) => ({ view, keys: keys[index] ?? [] }))
}

/** Some of the rows, in their order. */
export function sliceJoined({ join, keys, rows, computed }: JoinedRows, start: number, end: number): JoinedRows {
  return {
    join,
    keys: keys.map((own) => own.slice(start, end)),
    rows: rows.map((own) => own.slice(start, end)),
    computed: computed?.slice(start, end) ?? null,
  }
}

/** The rows with their features as fields. Throws `invalid-input` where the model takes no missing value. */
export function addFeatures(joined: JoinedRows, rows: readonly Row[], positions: readonly number[]): readonly Row[] {
  const merged = [...rows]
  positions.forEach((position, index) => {
    const row: Record<string, unknown> = { ...rows[position] }
    joined.join.views.forEach((view, at) => {
      for (const feature of view.features) {
        if (feature.isTaken) row[feature.name] = readFeature(joined, { view: at, feature, row: index }, `rows[${position}]`)
      }
    })
    joined.join.onDemand?.features.forEach(({ feature: { name } }, at) => {
      row[name] = readComputed(joined, at, index, `rows[${position}]`)
    })
    merged[position] = row
  })
  return merged
}

/** The features as inputs of a request, a column each. Throws `invalid-input` where the model takes no missing value. */
export function featureInputs(joined: JoinedRows): readonly InferInput[] {
  const read = joined.join.views.flatMap((view, at) => {
    const count = joined.rows[at]?.length ?? 0
    return takenOf(view.features).map((feature): InferInput => {
      const data = Array.from({ length: count }, (_, row) => readFeature(joined, { view: at, feature, row }, `row ${row}`))
      return { name: feature.name, datatype: datatypeOfDtype(feature.column.dtype), shape: [count], data }
    })
  })
  return [...read, ...computedInputs(joined)]
}

function takenOf<Feature extends { readonly isTaken: boolean }>(features: readonly Feature[]): readonly Feature[] {
  return features.filter(({ isTaken }) => isTaken)
}

function computedInputs(joined: JoinedRows): readonly InferInput[] {
  const count = joined.computed?.length ?? 0
  return (joined.join.onDemand?.features ?? []).flatMap(({ feature: { name, dtype }, isTaken }, at) => {
    if (!isTaken) return []
    const data = Array.from({ length: count }, (_, row) => readComputed(joined, at, row, `row ${row}`))
    return [{ name, datatype: datatypeOfDtype(dtype), shape: [count], data }]
  })
}

/** Throws `invalid-input` where the model takes no missing value. */
function readComputed({ join, computed }: JoinedRows, at: number, row: number, place: string): unknown {
  const [feature, found] = [join.onDemand?.features[at], computed?.[row]?.values[at]]
  if (feature === undefined || found === undefined) throw new Error(`nothing was computed for row ${row}`)
  if (found.value !== null || !feature.refusesNull) return found.value
  const why = found.isFailed ? 'it can not be computed of these values' : 'something that it reads is null'
  throw invalid(`${place}: "${feature.feature.name}" has no value, ${why}, and the model takes no missing value there`)
}

interface FeaturePlace {
  readonly view: number
  readonly feature: JoinedFeature
  readonly row: number
}

function readFeature(joined: JoinedRows, { view, feature, row }: FeaturePlace, place: string): unknown {
  const { value, status } = readJoined(feature, rowOf(joined, view, row))
  if (value === null && feature.refusesNull) throw missing(joined, { view, feature, row }, place, status)
  return value
}

export function rowOf({ rows }: JoinedRows, view: number, row: number): ViewRow {
  const found = rows[view]?.[row]
  if (found === undefined) throw new Error(`there is no row ${row} of view ${view}`)
  return found
}

function missing({ join, keys }: JoinedRows, place: FeaturePlace, where: string, status: FeatureStatus): MainwardError {
  const { view, keys: names } = join.views[place.view] as JoinedView
  const values = keys[place.view]?.[place.row]?.values ?? []
  const key = names.map(({ name }, index) => `${name} ${describe(values[index])}`).join(', ')
  const found = status === 'PRESENT' ? 'NaN' : status
  return invalid(
    `${where}: "${place.feature.name}" of the view "${view.name}" is ${found} for ${key}, and the model takes no missing value there`,
  )
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
