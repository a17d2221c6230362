/** The rules on FeatureViews that need their entities and inputs. Where one of those is not there, nothing more is said. */
import type { Finding } from '../../core/finding.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { aggregateDtype, columnProblem, dtypeProblem } from '../aggregation-columns.ts'
import { findingIn, type CommitEntry, type CommitView } from '../commit-view.ts'
import { checkExpectations } from '../expectation-checks.ts'
import type { FeatureViewSpec } from '../kinds/feature-view.ts'
import { escapePointer } from '../kinds/request-features.ts'
import { didYouMean, listNames } from '../nearest-name.ts'
import type { FeatureSpecs } from './feature-specs.ts'
import { checkTestRows } from './test-row-checks.ts'
import type { ViewCase } from './view-case.ts'
import { aggregatedDtype, inputColumns, keyColumns, untoldTimes, viewColumns, viewTimes, type RowColumns } from './view-rows.ts'

const checks: readonly ((found: ViewCase) => void)[] = [
  checkKeys,
  checkColumns,
  checkTimes,
  checkAggregations,
  checkRows,
  checkTestRows,
]

export function checkFeatureViews(commit: CommitView): readonly Finding[] {
  return commit.entries.flatMap((entry) => {
    if (entry.document.kind !== 'FeatureView' || entry.document.spec === null) return []
    return judge(entry, entry.document.spec as FeatureViewSpec, commit.specs)
  })
}

function judge(entry: CommitEntry, view: FeatureViewSpec, specs: FeatureSpecs): readonly Finding[] {
  const findings: Finding[] = []
  const found: ViewCase = {
    view,
    specs,
    report: (pointer, problem) => {
      findings.push(findingIn(entry, pointer, problem))
    },
  }
  for (const check of checks) check(found)
  return findings
}

/** Keys have names of their own, and `columns` names no others. */
function checkKeys({ view, specs, report }: ViewCase): void {
  const rule = 'entity-key'
  const owners = new Map<string, string>()
  view.entities.forEach(({ name: entity, columns }, index) => {
    const keys = specs.entities.get(entity)?.keys.map(({ name }) => name)
    if (keys === undefined) return
    for (const name of Object.keys(columns).filter((written) => !keys.includes(written))) {
      const message = `expected a key of the entity ${entity} (${listNames(keys)}), found ${JSON.stringify(name)}`
      report(`/spec/entities/${index}/columns/${escapePointer(name)}`, { rule, message, hint: didYouMean(name, keys) })
    }
    for (const key of keys) {
      const owner = owners.get(key.toLowerCase())
      if (owner !== undefined && owner !== entity) {
        const message = `expected keys of different names, found ${JSON.stringify(key)} in ${owner} and ${entity}`
        report(`/spec/entities/${index}/name`, { rule, message, hint: 'a model tells two roles of an entity apart, with as' })
      }
      owners.set(key.toLowerCase(), entity)
    }
  })
  reportKeyNames({ view, specs, report })
}

/** A feature named like a key would be another value under one name. */
function reportKeyNames({ view, specs, report }: ViewCase): void {
  const keys = new Map(keyColumns(view, specs).map(({ key, column }) => [key.toLowerCase(), column]))
  for (const list of ['features', 'aggregations'] as const) {
    view[list].forEach(({ name }, index) => {
      const column = keys.get(name.toLowerCase())
      if (column === undefined || (list === 'features' && column === name)) return
      const message = `expected another name than that of a key, found ${JSON.stringify(name)}`
      report(`/spec/${list}/${index}/name`, { rule: 'entity-key', message })
    })
  }
}

/** What a view takes from its rows: where, of which dtype (null: any). */
interface Taken {
  readonly name: string
  readonly dtype: FeatureDtype | null
  readonly pointer: string
  readonly rule: 'entity-key' | 'view-column'
}

function listTaken({ view, specs }: ViewCase): readonly Taken[] {
  const rule = 'view-column'
  const times = (['eventTime', 'createdTime'] as const).flatMap((field): readonly Taken[] => {
    const name = view[field]
    return name === undefined ? [] : [{ name, dtype: 'timestamp', pointer: `/spec/${field}`, rule }]
  })
  const places = new Map(view.entities.map(({ name, columns }, index) => [name, { columns, index }]))
  const keys = keyColumns(view, specs).map(({ entity, key, column, dtype }): Taken => {
    const place = places.get(entity)
    const isWritten = place !== undefined && Object.hasOwn(place.columns, key)
    const pointer = `/spec/entities/${place?.index ?? 0}/${isWritten ? `columns/${escapePointer(key)}` : 'name'}`
    return { name: column, dtype, pointer, rule: 'entity-key' }
  })
  const rowKey = (view.rowKey ?? []).map((name, index): Taken => ({ name, dtype: null, pointer: `/spec/rowKey/${index}`, rule }))
  const features = view.features.map(({ name, dtype }, index): Taken => ({
    name,
    dtype,
    pointer: `/spec/features/${index}/name`,
    rule,
  }))
  const aggregated = view.aggregations.flatMap(({ column }, index): readonly Taken[] =>
    column === null ? [] : [{ name: column, dtype: null, pointer: `/spec/aggregations/${index}/column`, rule }],
  )
  return [...times, ...keys, ...rowKey, ...features, ...aggregated]
}

/** Without a transform everything is a column of the input; with one, what is told twice is told alike. */
function checkColumns(found: ViewCase): void {
  const { view, specs } = found
  const [input] = view.inputs
  if (input === undefined) return
  const isTransformed = view.transform !== null
  const columns = isTransformed ? declaredColumns(view) : inputColumns(input, specs)
  if (columns === null) return
  const place = isTransformed ? 'the features' : `the columns of ${input.name}`
  for (const taken of listTaken(found)) reportTaken(taken, { columns, place, isOpen: isTransformed, report: found.report })
}

function declaredColumns({ features }: FeatureViewSpec): RowColumns {
  return new Map(features.map(({ name, dtype }) => [name, dtype]))
}

interface TakenFrom {
  readonly columns: RowColumns
  readonly place: string
  /** Other columns may be there too. */
  readonly isOpen: boolean
  readonly report: ViewCase['report']
}

function reportTaken({ name, dtype, pointer, rule }: Taken, { columns, place, isOpen, report }: TakenFrom): void {
  const found = columns.get(name)
  if (found === undefined) {
    if (isOpen) return
    const message = `expected one of ${place} (${listNames([...columns.keys()])}), found ${JSON.stringify(name)}`
    report(pointer, { rule, message, hint: didYouMean(name, columns.keys()) })
  } else if (found !== null && dtype !== null && found !== dtype) {
    const message = `expected ${JSON.stringify(name)} as ${dtype}, found it as ${found} among ${place}`
    report(pointer, { rule, message, hint: isOpen ? undefined : 'take the dtype of the source, or cast in a transform' })
  }
}

function checkTimes(found: ViewCase): void {
  const { view, specs, report } = found
  const times = viewTimes(view, specs)
  if (times === null || reportUntoldTimes(found)) return
  const rule = 'time-column'
  if (times.eventTime === null && view.aggregations.length > 0) {
    const message = 'expected rows with an event time for aggregations, found static rows'
    report('/spec/aggregations', { rule, message, hint: 'write eventTime in the source, or in the view' })
  }
  if (times.eventTime === null && view.createdTime !== undefined) {
    report('/spec/createdTime', { rule, message: 'expected eventTime beside createdTime, found none' })
  }
  if (view.rowKey !== undefined && times.createdTime === null) {
    report('/spec/rowKey', { rule, message: 'expected createdTime beside rowKey, found none' })
  }
}

/** Whether times of several inputs were left out, which would let rows count at a time when nobody knew them. */
function reportUntoldTimes({ view, specs, report }: ViewCase): boolean {
  const untold = untoldTimes(view, specs)
  for (const { field, inputs } of untold) {
    const message = `expected ${field} in the view, since sources of it have one (${listNames(inputs)}), found none`
    report('/spec/sources', { rule: 'view-time', message, hint: 'let the transform give the latest of them a name' })
  }
  return untold.length > 0
}

/** Of columns whose dtype the manifests tell: features, keys and times. */
function checkRows({ view, specs, report }: ViewCase): void {
  const columns = new Map(
    [...viewColumns(view, specs)].flatMap(([name, dtype]) => (dtype === null ? [] : [[name, dtype] as const])),
  )
  checkExpectations(view.expectations, '/spec/expectations', { columns, ordered: false }, report)
}

/** Those whose column is the input's; of features the manifest itself has told. */
function checkAggregations({ view, specs, report }: ViewCase): void {
  if (view.transform !== null) return
  const features = new Set(view.features.map(({ name }) => name))
  view.aggregations.forEach((aggregation, index) => {
    if (aggregation.column === null || features.has(aggregation.column)) return
    const typed = { ...aggregation, columnDtype: aggregatedDtype(aggregation.column, view, specs) }
    const pointer = `/spec/aggregations/${index}`
    const [column, dtype] = [columnProblem(typed), dtypeProblem(typed)]
    if (column !== null) report(`${pointer}/column`, column)
    if (dtype !== null) report(`${pointer}/dtype`, dtype)
    if (typed.dtype !== null || !isUntold(typed.column, { view, specs, report })) return
    if (aggregateDtype(typed.function, typed.columnDtype) !== null) return
    const message = `expected a dtype, since none of ${JSON.stringify(typed.column)} is declared, found none`
    report(pointer, { rule: 'aggregation-column', message })
  })
}

/** Whether the column is there, but nobody says of which dtype. */
function isUntold(column: string | null, { view, specs }: ViewCase): boolean {
  const [input] = view.inputs
  return column !== null && input !== undefined && inputColumns(input, specs)?.get(column) === null
}
