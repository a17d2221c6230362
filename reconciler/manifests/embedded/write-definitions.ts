/** Definitions of features as a new ModelVersion embeds them: the inverse of reading, without what says "none". Pure. */
import type { Aggregation, Freshness, SourceDefinition, SourcePlace, ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureClosure } from '../../core/online-view.ts'
import { writeDuration } from '../duration.ts'
import type {
  WrittenDefinitions,
  WrittenEmbeddedAggregation,
  WrittenEmbeddedOnline,
  WrittenEmbeddedPlace,
  WrittenEmbeddedSource,
  WrittenEmbeddedView,
} from '../generated/modelversion.ts'

export function writeDefinitions({ entities, sources, views }: FeatureClosure): WrittenDefinitions {
  return { entities, sources: sources.map(writeSource), views: views.map(writeView) }
}

function writeSource({ name, place, columns, ...source }: SourceDefinition): WrittenEmbeddedSource {
  return { name, place: writePlace(place), ...writeTimes(source), ...given('timeZone', source.timeZone), columns }
}

function writePlace(place: SourcePlace): WrittenEmbeddedPlace {
  if (place.type === 'postgres') return { postgres: { query: place.query, connection: { secretRef: place.connection } } }
  const { format, pattern, partitions } = place
  return { files: { format, pattern, ...listed('partitions', partitions) } }
}

function writeView(view: ViewDefinition): WrittenEmbeddedView {
  return {
    name: view.name,
    entities: view.entities,
    inputs: view.inputs,
    ...given('transform', view.transform),
    ...writeTimes(view),
    ...given('ttl', view.ttlMs === null ? null : writeDuration(view.ttlMs)),
    ...listed('features', view.features),
    ...listed('aggregations', view.aggregations.map(writeAggregation)),
    ...given('online', view.online === null ? null : writeOnline(view.online)),
  }
}

function writeTimes({ eventTime, createdTime, rowKey }: Pick<ViewDefinition, 'eventTime' | 'createdTime' | 'rowKey'>) {
  return { ...given('eventTime', eventTime), ...given('createdTime', createdTime), ...listed('rowKey', rowKey) }
}

function writeAggregation({ name, function: operation, column, windowMs, where, quantile, ...others }: Aggregation) {
  return {
    name,
    function: operation,
    ...given('column', column),
    window: writeDuration(windowMs),
    ...given('where', where),
    ...given('quantile', quantile),
    ...others,
  } satisfies WrittenEmbeddedAggregation
}

function writeOnline(online: Freshness): WrittenEmbeddedOnline {
  if (online.type === 'exact') return { exact: true }
  return { grid: { refresh: writeDuration(online.refreshMs), lag: writeDuration(online.lagMs) } }
}

function given<Name extends string, Value>(name: Name, value: Value | null) {
  return (value === null ? {} : { [name]: value }) as Readonly<Partial<Record<Name, Value>>>
}

function listed<Name extends string, Value>(name: Name, values: readonly Value[]) {
  return given(name, values.length === 0 ? null : values)
}
