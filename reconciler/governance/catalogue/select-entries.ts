/** Takes what a person named out of a catalogue. Pure; what is not there is said with the nearest name. */
import { MainwardError } from '../../core/error.ts'
import { didYouMean, listNames } from '../../manifests/nearest-name.ts'
import type { FeatureCatalogue, FeatureEntry, ViewEntry } from './feature-catalogue.ts'
import type { OnDemandEntry } from './on-demand-entries.ts'

/** Null: any. */
export interface CatalogueFilter {
  readonly view: string | null
  readonly tag: string | null
  readonly owner: string | null
}

/**
 * The views that all parts of the filter take, and the on-demand features that read one of them; of an owner those of the owner's models.
 * Throws `not-found` for a view, tag or owner that no view has.
 */
export function filterCatalogue({ views, onDemand }: FeatureCatalogue, { view, tag, owner }: CatalogueFilter): FeatureCatalogue {
  if (view !== null) requireKnown('view', view, names({ views }))
  if (tag !== null) requireKnown('tag', tag, views.flatMap(({ tags }) => tags)) // prettier-ignore
  if (owner !== null) requireKnown('owner', owner, views.flatMap((entry) => entry.owner ?? [])) // prettier-ignore
  const kept = views.filter(
    (entry) =>
      (view === null || entry.name === view) &&
      (tag === null || entry.tags.includes(tag)) &&
      (owner === null || entry.owner === owner),
  )
  const readsKept = ({ reads }: OnDemandEntry): boolean =>
    reads.some(({ from }) => kept.some(({ name }) => from?.startsWith(`${name}:`)))
  return {
    views: kept,
    onDemand: onDemand.filter((entry) => {
      if (view !== null || tag !== null) return readsKept(entry)
      return owner === null || entry.owner === owner
    }),
  }
}

/** Null: no on-demand feature has the name. */
export function findOnDemand({ onDemand }: FeatureCatalogue, reference: string): OnDemandEntry | null {
  return onDemand.find(({ id }) => id === reference) ?? null
}

/** A view; with `feature`, one of its features. */
export interface NamedEntry {
  readonly view: ViewEntry
  readonly feature: FeatureEntry | null
}

/** What `VIEW` or `VIEW:FEATURE` names. Throws `not-found`. */
export function findEntry(catalogue: FeatureCatalogue, reference: string): NamedEntry {
  const [name = '', ...rest] = reference.split(':')
  const wanted = rest.length === 0 ? null : rest.join(':')
  const view = catalogue.views.find((entry) => entry.name === name)
  if (view === undefined) {
    const computed = catalogue.onDemand.filter(({ model }) => model === name).map((entry) => entry.name)
    throw wanted === null || computed.length === 0
      ? unknownView(catalogue, reference, name)
      : unknownOnDemand(name, wanted, computed)
  }
  if (wanted === null) return { view, feature: null }
  const feature = view.features.find((entry) => entry.name === wanted)
  if (feature !== undefined) return { view, feature }
  const known = view.features.map((entry) => entry.name)
  throw new MainwardError('not-found', `the view ${name} has no feature ${wanted}`, {
    hint: didYouMean(wanted, known) ?? `it has ${listNames(known)}`,
  })
}

/** What is wanted of a model that has on-demand features. */
function unknownOnDemand(model: string, wanted: string, known: readonly string[]): MainwardError {
  const hint = didYouMean(wanted, known) ?? `it has ${listNames(known)}`
  return new MainwardError('not-found', `the model ${model} has no on-demand feature ${wanted}`, { hint })
}

/** A feature's name alone is no error of spelling: it may be in several views. */
function unknownView(catalogue: FeatureCatalogue, reference: string, name: string): MainwardError {
  const features = catalogue.views.flatMap((view) => view.features)
  const same = features.filter((feature) => feature.name === reference).map(({ id }) => id)
  const known = [...names(catalogue), ...features.map(({ id }) => id), ...catalogue.onDemand.map(({ id }) => id)]
  const hint = same.length > 0 ? `did you mean ${same.join(' or ')}?` : didYouMean(reference, known)
  const message = `there is no view ${name}`
  return new MainwardError('not-found', message, { hint: hint ?? describeKnown(names(catalogue)) })
}

function requireKnown(what: string, wanted: string, known: readonly string[]): void {
  if (known.includes(wanted)) return
  const distinct = [...new Set(known)]
  const message = what === 'view' ? `there is no view ${wanted}` : `no view has the ${what} ${wanted}`
  throw new MainwardError('not-found', message, { hint: didYouMean(wanted, distinct) ?? describeKnown(distinct) })
}

function describeKnown(known: readonly string[]): string {
  return known.length === 0 ? 'there are none' : `there are ${listNames(known)}`
}

function names({ views }: Pick<FeatureCatalogue, 'views'>): readonly string[] {
  return views.map(({ name }) => name)
}
