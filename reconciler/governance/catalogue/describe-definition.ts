/** A definition field by field, as a person would write it: what is compared between two commits. Pure. */
import type { SourcePlace } from '../../core/feature-definition.ts'
import type { Resource } from '../../core/resource.ts'
import { writeDuration } from '../../manifests/duration.ts'
import { readExpectations } from '../../manifests/expectation-checks.ts'
import type { DataSourceSpec } from '../../manifests/kinds/data-source.ts'
import type { EntitySpec } from '../../manifests/kinds/entity.ts'
import type { FeatureViewSpec } from '../../manifests/kinds/feature-view.ts'
import { sqlMeaning } from '../../manifests/sql-meaning.ts'
import { describeAggregation, describeExpectation, describeFreshness } from './describe-entry.ts'

/** What a change of a field changes: values, what is checked of them, or only what people read. */
export type FieldEffect = 'values' | 'checks' | 'text'

export interface DefinitionField {
  readonly text: string
  /** Equal for texts that say the same: SQL without layout and comments. */
  readonly meaning: string
  readonly effect: FieldEffect
}

type Fields = ReadonlyMap<string, DefinitionField>

/** Of an Entity, a DataSource or a FeatureView, in the order in which fields are written; fields that are not there are left out. */
export function describeDefinition({ kind, metadata, spec }: Resource): Fields {
  const fields = new Map<string, DefinitionField>()
  const put = (name: string, text: string | null | undefined, effect: FieldEffect, meaning = text): void => {
    if (text !== null && text !== undefined) fields.set(name, { text, meaning: meaning ?? text, effect })
  }
  put('owner', metadata.owner, 'text')
  put('description', metadata.description, 'text')
  put('tags', metadata.tags?.join(', '), 'text')
  if (kind === 'Entity') describeEntity(spec as EntitySpec, put)
  else if (kind === 'DataSource') describeSource(spec as DataSourceSpec, put)
  else if (kind === 'FeatureView') describeView(spec as FeatureViewSpec, put)
  return fields
}

type Put = (name: string, text: string | null | undefined, effect: FieldEffect, meaning?: string) => void

interface Column {
  readonly name: string
  readonly dtype: string | null
  readonly unit?: string
  readonly description?: string
}

function describeEntity({ keys }: EntitySpec, put: Put): void {
  for (const { name, dtype } of keys) put(`key ${name}`, dtype, 'values')
}

function describeSource(spec: DataSourceSpec, put: Put): void {
  describePlace(spec.place, put)
  describeTimes(spec, put)
  put('time zone', spec.timeZone, 'values')
  for (const column of spec.columns) describeColumn('column', column, put)
  const { freshness, volume } = spec
  put('freshness', freshness === null ? null : `at most ${writeDuration(freshness.maxAgeMs)}, ${freshness.severity}`, 'checks')
  if (volume !== null) {
    const { windowMs, minRows, maxRows, severity } = volume
    put('volume', `${minRows ?? 0} to ${maxRows ?? 'any number of'} rows in ${writeDuration(windowMs)}, ${severity}`, 'checks')
  }
  describeExpectations(spec, put)
}

function describePlace(place: SourcePlace, put: Put): void {
  if (place.type === 'files') {
    put('file', place.pattern, 'values')
    put('partitions', listOf(place.partitions), 'values')
    return
  }
  put('query', place.query.trim(), 'values', sqlMeaning(place.query))
  put('connection', 'env' in place.connection ? `env ${place.connection.env}` : `file ${place.connection.file}`, 'values')
}

function describeView(spec: FeatureViewSpec, put: Put): void {
  for (const { name, columns } of spec.entities) {
    const keys = Object.entries(columns).map(([key, column]) => `${key} in column ${column}`)
    put(`entity ${name}`, keys.length === 0 ? 'keys in columns of their own names' : keys.join(', '), 'values')
  }
  put('reads', spec.inputs.map(({ kind, name }) => `${kind}/${name}`).join(', '), 'values')
  if (spec.transform !== null) put('transform', spec.transform.trim(), 'values', sqlMeaning(spec.transform))
  describeTimes(spec, put)
  put('ttl', spec.ttlMs === null ? null : writeDuration(spec.ttlMs), 'values')
  for (const feature of spec.features) describeColumn('feature', feature, put)
  for (const aggregation of spec.aggregations) {
    const name = `aggregation ${aggregation.name}`
    const { where } = aggregation
    const words = (condition: string | null): string =>
      typed({ ...aggregation, dtype: aggregation.dtype }, describeAggregation({ ...aggregation, where: condition }))
    put(name, words(where), 'values', words(where === null ? null : sqlMeaning(where)))
    put(`${name} description`, aggregation.description, 'text')
  }
  put('online', spec.online === null ? null : describeFreshness(spec.online), 'values')
  describeExpectations(spec, put)
  for (const { name, given, expect } of spec.tests) put(`test ${name}`, JSON.stringify({ given, expect }), 'checks')
}

function describeTimes(
  times: { readonly eventTime?: string | null; readonly createdTime?: string | null; readonly rowKey?: readonly string[] },
  put: Put,
): void {
  put('event time', times.eventTime, 'values')
  put('created time', times.createdTime, 'values')
  put('row key', listOf(times.rowKey ?? []), 'values')
}

function describeColumn(what: string, column: Column, put: Put): void {
  put(`${what} ${column.name}`, typed(column), 'values')
  put(`${what} ${column.name} description`, column.description, 'text')
}

/** `max of wind_speed over 6h, float32, mph`. */
function typed({ dtype, unit }: Column, ...first: readonly string[]): string {
  return [...first, ...(dtype === null ? [] : [dtype]), ...(unit === undefined ? [] : [unit])].join(', ')
}

/** By name, and by number where a name stands several times. */
function describeExpectations({ expectations }: Pick<FeatureViewSpec, 'expectations'>, put: Put): void {
  const counts = new Map<string, number>()
  for (const expectation of readExpectations(expectations)) {
    const column = expectation.arguments['column']
    const name = `${expectation.name}${typeof column === 'string' ? ` of ${column}` : ''}`
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    put(count === 1 ? name : `${name} (${count})`, describeExpectation(expectation), 'checks')
  }
}

function listOf(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(', ')
}
