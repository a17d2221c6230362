/** The rows of a view as its manifests tell them, without data: their columns, and which of those are times. */
import type { ViewInput } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureViewSpec } from '../kinds/feature-view.ts'
import type { FeatureSpecs } from './feature-specs.ts'

/** Dtype by column; null where a transform makes a column of which no dtype is declared. */
export type RowColumns = ReadonlyMap<string, FeatureDtype | null>

export interface RowTimes {
  /** Null: static rows. */
  readonly eventTime: string | null
  readonly createdTime: string | null
  readonly rowKey: readonly string[]
}

interface Times {
  readonly eventTime?: string | null | undefined
  readonly createdTime?: string | null | undefined
  readonly rowKey?: readonly string[] | undefined
}

/** The times of a view's rows: its own, else those of its only input, and so on. Null: an input is not there, or they go in a circle. */
export function viewTimes(view: FeatureViewSpec, specs: FeatureSpecs): RowTimes | null {
  const seen = new Set<FeatureViewSpec>()
  let found: Times = {}
  for (let spec = view; ;) {
    seen.add(spec)
    found = merge(found, spec)
    const [input] = spec.inputs
    if (input === undefined) return null
    if (spec.inputs.length > 1) return complete(found)
    if (input.kind === 'DataSource') {
      const source = specs.sources.get(input.name)
      return source === undefined ? null : complete(merge(found, source))
    }
    const next = specs.views.get(input.name)
    if (next === undefined || seen.has(next)) return null
    spec = next
  }
}

/** What is found first counts. */
function merge(found: Times, { eventTime, createdTime, rowKey }: Times): Times {
  return {
    eventTime: found.eventTime ?? eventTime,
    createdTime: found.createdTime ?? createdTime,
    rowKey: found.rowKey ?? rowKey,
  }
}

function complete({ eventTime, createdTime, rowKey }: Times): RowTimes {
  return { eventTime: eventTime ?? null, createdTime: createdTime ?? null, rowKey: rowKey ?? [] }
}

export interface UntoldTime {
  readonly field: 'eventTime' | 'createdTime'
  /** Names of the inputs that have it. */
  readonly inputs: readonly string[]
}

/** The times that a view of several inputs does not name, although some of them have one. */
export function untoldTimes(view: FeatureViewSpec, specs: FeatureSpecs): readonly UntoldTime[] {
  if (view.inputs.length < 2) return []
  return (['eventTime', 'createdTime'] as const).flatMap((field) => {
    if (view[field] !== undefined) return []
    const inputs = view.inputs.filter((input) => (inputTimes(input, specs)?.[field] ?? null) !== null)
    return inputs.length === 0 ? [] : [{ field, inputs: inputs.map(({ name }) => name) }]
  })
}

/** The times of an input's rows; null as in `viewTimes`. */
function inputTimes(input: ViewInput, specs: FeatureSpecs): RowTimes | null {
  if (input.kind === 'DataSource') return specs.sources.get(input.name) ?? null
  const view = specs.views.get(input.name)
  return view === undefined ? null : viewTimes(view, specs)
}

/** The columns of an input's rows that a view may read; null: it is not there. */
export function inputColumns(input: ViewInput, specs: FeatureSpecs): RowColumns | null {
  if (input.kind === 'FeatureView') {
    const view = specs.views.get(input.name)
    return view === undefined ? null : viewColumns(view, specs)
  }
  const source = specs.sources.get(input.name)
  return source === undefined ? null : new Map(source.columns.map(({ name, dtype }) => [name, dtype]))
}

/** The columns of a view's rows: its features, the keys of its entities, its times. Aggregations are no columns: they belong to a time. */
export function viewColumns(view: FeatureViewSpec, specs: FeatureSpecs): RowColumns {
  const columns = new Map<string, FeatureDtype | null>(view.features.map(({ name, dtype }) => [name, dtype]))
  const add = (name: string | null, dtype: FeatureDtype | null): void => {
    if (name !== null && !columns.has(name)) columns.set(name, dtype)
  }
  for (const { column, dtype } of keyColumns(view, specs)) add(column, dtype)
  const times = viewTimes(view, specs)
  add(times?.eventTime ?? null, 'timestamp')
  add(times?.createdTime ?? null, 'timestamp')
  for (const name of times?.rowKey ?? []) add(name, null)
  return columns
}

export interface KeyColumn {
  readonly entity: string
  readonly key: string
  readonly column: string
  readonly dtype: FeatureDtype
}

/** The column of each key of the view's entities, in order; an entity that is not there has none. */
export function keyColumns(view: FeatureViewSpec, specs: FeatureSpecs): readonly KeyColumn[] {
  return view.entities.flatMap(({ name: entity, columns }) =>
    (specs.entities.get(entity)?.keys ?? []).map(({ name: key, dtype }) => ({ entity, key, column: columns[key] ?? key, dtype })),
  )
}

/** The dtype of a column that an aggregation reads: a feature's, else the input's where nothing transforms it; null: not known. */
export function aggregatedDtype(column: string | null, view: FeatureViewSpec, specs: FeatureSpecs): FeatureDtype | null {
  if (column === null) return null
  const feature = view.features.find(({ name }) => name === column)
  if (feature !== undefined) return feature.dtype
  const [input] = view.inputs
  if (view.transform !== null || input === undefined) return null
  return inputColumns(input, specs)?.get(column) ?? null
}
