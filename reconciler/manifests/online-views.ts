/** From definitions of features to what serving and the online store know of a view, and to all that views are made of. Pure. */
import type { Digest } from '../core/digest.ts'
import type { AggregateFunction, EntityDefinition, ViewDefinition } from '../core/feature-definition.ts'
import { compareText } from '../core/finding.ts'
import type { FeatureClosure, OnlineKey, OnlineView } from '../core/online-view.ts'
import type { FeatureDefinitions } from './feature-definitions.ts'

/**
 * What serving and the store read of a view; `digest` is the view's, of `digestFeatures`. Keys are in the order of the
 * view's entities, and of each entity's keys. Throws an Error for a view that is not online and for an entity that is not
 * there: bugs of the caller, a valid commit has found them.
 */
export function onlineView(
  definition: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  digest: Digest,
): OnlineView {
  const { name, features, aggregations, ttlMs, online } = definition
  if (online === null) throw new Error(`the view ${name} is not online`)
  const counts = aggregations.filter((aggregation) => countFunctions.has(aggregation.function)).map((counted) => counted.name)
  return {
    name,
    digest,
    keys: definition.entities.flatMap((entity) => entityKeys(name, entity.name, entities)),
    features: [...features, ...aggregations].map((feature) => ({ name: feature.name, dtype: feature.dtype })),
    ttlMs,
    aggregations: aggregations.map((aggregation) => aggregation.name),
    ...(counts.length === 0 ? {} : { counts }),
    isPushed: online.type === 'exact',
  }
}

/** Of nothing they are 0, as in training; every other function is null. */
const countFunctions: ReadonlySet<AggregateFunction> = new Set(['count', 'count_distinct'])

function entityKeys(view: string, entity: string, entities: ReadonlyMap<string, EntityDefinition>): readonly OnlineKey[] {
  const found = entities.get(entity)
  if (found === undefined) throw new Error(`a valid commit has the entity ${entity} of the view ${view}`)
  return found.keys.map(({ name, dtype }) => ({ name, dtype }))
}

/**
 * The views of these names with every view that they read, directly or through others, and the sources and entities of all
 * of them. Throws an Error for a name that is not there.
 */
export function featureClosure(names: Iterable<string>, definitions: FeatureDefinitions): FeatureClosure {
  const views = new Map<string, ViewDefinition>()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (views.has(name)) continue
    const view = take(name, 'view', definitions.views)
    views.set(name, view)
    waiting.push(...inputsOf('FeatureView', view))
  }
  const all = [...views.values()]
  const sources = new Set(all.flatMap((view) => inputsOf('DataSource', view)))
  const entities = new Set(all.flatMap((view) => view.entities.map(({ name }) => name)))
  return {
    entities: byName([...entities].map((name) => take(name, 'entity', definitions.entities))),
    sources: byName([...sources].map((name) => take(name, 'source', definitions.sources))),
    views: byName(all),
  }
}

function inputsOf(kind: ViewDefinition['inputs'][number]['kind'], { inputs }: ViewDefinition): readonly string[] {
  return inputs.filter((input) => input.kind === kind).map(({ name }) => name)
}

function take<Definition>(name: string, sort: string, known: ReadonlyMap<string, Definition>): Definition {
  const found = known.get(name)
  if (found === undefined) throw new Error(`a valid commit has the ${sort} ${name}`)
  return found
}

function byName<Named extends { readonly name: string }>(list: readonly Named[]): readonly Named[] {
  return list.toSorted((a, b) => compareText(a.name, b.name))
}
