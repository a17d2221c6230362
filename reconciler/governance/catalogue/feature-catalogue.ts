/**
 * The catalogue of a commit: what every view and feature is, where it comes from, and who takes it. Pure: resources in, plain JSON
 * out; one catalogue for the command line and the admin API. It knows no data: only what manifests tell.
 */
import type { Digest } from '../../core/digest.ts'
import type {
  AggregateFunction,
  EntityKey,
  Expectation,
  Freshness,
  ViewDefinition,
  ViewInput,
} from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { compareText } from '../../core/finding.ts'
import { takenName } from '../../core/online-view.ts'
import type { Resource } from '../../core/resource.ts'
import { buildFeatureDefinitions, type FeatureDefinitions } from '../../manifests/feature-definitions.ts'
import { digestFeatures } from '../../manifests/features/feature-digests.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { listOnDemand, type OnDemandEntry } from './on-demand-entries.ts'

/** Every list is sorted by name, but for what has an order in the manifest. */
export interface FeatureCatalogue {
  readonly views: readonly ViewEntry[]
  /** On-demand features of models. */
  readonly onDemand: readonly OnDemandEntry[]
}

export interface ViewEntry {
  readonly name: string
  readonly owner: string | null
  readonly description: string | null
  readonly tags: readonly string[]
  readonly file: string
  /** Of the manifest's first key, from 1. */
  readonly line: number
  /** Of everything that its values are made from. */
  readonly digest: Digest
  readonly entities: readonly EntityEntry[]
  /** What it reads itself. */
  readonly inputs: readonly ViewInput[]
  /** Names of the data sources behind it, also those behind the views that it reads. */
  readonly sources: readonly string[]
  /** The SELECT as written; null: the input's rows as they are. */
  readonly transform: string | null
  /** Columns of its rows. Null: static rows, or known as soon as they happened. */
  readonly eventTime: string | null
  readonly createdTime: string | null
  /** Null: any age. */
  readonly ttlMs: number | null
  /** Null: offline only. */
  readonly online: Freshness | null
  /** Features, then aggregations, in the manifest's order. */
  readonly features: readonly FeatureEntry[]
  /** Of those that take any of its features. */
  readonly models: readonly string[]
  /** Views that read its rows. */
  readonly readers: readonly string[]
  readonly expectations: readonly Expectation[]
  /** Names of its unit tests. */
  readonly tests: readonly string[]
}

export interface EntityEntry {
  readonly name: string
  readonly description: string | null
  readonly keys: readonly (EntityKey & { readonly column: string })[]
}

export interface FeatureEntry {
  /** `VIEW:FEATURE`. */
  readonly id: string
  readonly name: string
  readonly dtype: FeatureDtype
  readonly unit: string | null
  readonly description: string | null
  /** Null: a column of the view's rows, its newest value. */
  readonly aggregation: AggregationEntry | null
  readonly takenBy: readonly FeatureUse[]
}

export interface AggregationEntry {
  readonly function: AggregateFunction
  /** Null: rows are counted. */
  readonly column: string | null
  readonly windowMs: number
  readonly where: string | null
  readonly quantile: number | null
}

/** A model that takes the feature, and what it calls it. */
export interface FeatureUse {
  readonly model: string
  readonly as: string
}

/** The catalogue of a valid commit. */
export function buildCatalogue(resources: readonly Resource[]): FeatureCatalogue {
  const definitions = buildFeatureDefinitions(resources)
  const facts: Facts = {
    definitions,
    digests: digestFeatures(resources).views,
    descriptions: new Map(resources.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.description ?? null])),
    uses: collectUses(resources),
    readers: collectReaders(definitions),
  }
  const views = resources.filter(({ kind }) => kind === 'FeatureView')
  return {
    views: views.map((view) => describeView(view, facts)).sort((a, b) => compareText(a.name, b.name)),
    onDemand: listOnDemand(resources),
  }
}

interface Facts {
  readonly definitions: FeatureDefinitions
  readonly digests: ReadonlyMap<string, Digest>
  /** By `Kind/name`. */
  readonly descriptions: ReadonlyMap<string, string | null>
  /** By `VIEW:FEATURE`. */
  readonly uses: ReadonlyMap<string, readonly FeatureUse[]>
  /** By name of the view: those that read it, sorted. */
  readonly readers: ReadonlyMap<string, readonly string[]>
}

function collectUses(resources: readonly Resource[]): ReadonlyMap<string, readonly FeatureUse[]> {
  const uses = new Map<string, FeatureUse[]>()
  const models = resources.filter(({ kind }) => kind === 'Model') as readonly Resource<ModelSpec>[]
  for (const { metadata, spec } of models) {
    for (const { view, as, take } of spec.features) {
      for (const feature of take) {
        const id = `${view}:${feature}`
        uses.set(id, [...(uses.get(id) ?? []), { model: metadata.name, as: takenName(as, feature) }])
      }
    }
  }
  for (const found of uses.values()) found.sort((a, b) => compareText(a.model, b.model) || compareText(a.as, b.as))
  return uses
}

function collectReaders({ views }: FeatureDefinitions): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>()
  for (const name of [...views.keys()].sort(compareText)) {
    const inputs = views.get(name)?.inputs.filter(({ kind }) => kind === 'FeatureView') ?? []
    for (const input of sorted(inputs.map((each) => each.name))) {
      const known = readers.get(input)
      if (known === undefined) readers.set(input, [name])
      else known.push(name)
    }
  }
  return readers
}

function describeView({ metadata, file, line }: Resource, facts: Facts): ViewEntry {
  const { definitions, digests } = facts
  const view = required(definitions.views.get(metadata.name), metadata.name)
  const features = describeFeatures(view, facts)
  return {
    name: view.name,
    owner: metadata.owner ?? null,
    description: metadata.description ?? null,
    tags: metadata.tags ?? [],
    file,
    line,
    digest: required(digests.get(view.name), view.name),
    entities: view.entities.map(({ name, columns }) => ({
      name,
      description: facts.descriptions.get(`Entity/${name}`) ?? null,
      keys: (definitions.entities.get(name)?.keys ?? []).map((key) => ({ ...key, column: columns[key.name] ?? key.name })),
    })),
    inputs: view.inputs,
    sources: findSources(view, definitions),
    transform: view.transform,
    eventTime: view.eventTime,
    createdTime: view.createdTime,
    ttlMs: view.ttlMs,
    online: view.online,
    features,
    models: sorted(features.flatMap(({ takenBy }) => takenBy.map(({ model }) => model))),
    readers: facts.readers.get(view.name) ?? [],
    expectations: definitions.viewRules.get(view.name)?.expectations ?? [],
    tests: (definitions.viewRules.get(view.name)?.tests ?? []).map(({ name }) => name),
  }
}

function describeFeatures(view: ViewDefinition, { uses }: Facts): readonly FeatureEntry[] {
  const describe = (
    { name, dtype, unit, description }: ViewDefinition['features'][number],
    aggregation: AggregationEntry | null,
  ): FeatureEntry => {
    const id = `${view.name}:${name}`
    return { id, name, dtype, unit: unit ?? null, description: description ?? null, aggregation, takenBy: uses.get(id) ?? [] }
  }
  return [
    ...view.features.map((feature) => describe(feature, null)),
    ...view.aggregations.map((aggregation) => {
      const { function: name, column, windowMs, where, quantile } = aggregation
      return describe(aggregation, { function: name, column, windowMs, where, quantile })
    }),
  ]
}

function findSources(view: ViewDefinition, { views }: FeatureDefinitions): readonly string[] {
  const [sources, seen, waiting] = [new Set<string>(), new Set<string>(), [view]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.name)) continue
    seen.add(next.name)
    for (const { kind, name } of next.inputs) {
      if (kind === 'DataSource') sources.add(name)
      else waiting.push(required(views.get(name), name))
    }
  }
  return sorted([...sources])
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(compareText)
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`a valid commit has the view ${name}`)
  return value
}
