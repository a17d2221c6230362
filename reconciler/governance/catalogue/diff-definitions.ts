/** Definitions of two commits side by side, and whose training inputs become stale between them. Pure. */
import { compareText } from '../../core/finding.ts'
import { MainwardError } from '../../core/error.ts'
import type { Resource } from '../../core/resource.ts'
import { assessFeatureImpact } from '../../manifests/features/feature-impact.ts'
import { dependentsOf, type GraphEdge } from '../../manifests/graph.ts'
import type { FeatureViewSpec } from '../../manifests/kinds/feature-view.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { didYouMean } from '../../manifests/nearest-name.ts'
import { compareDefinitions, type DefinitionChange } from './definition-change.ts'
import { closeView } from './view-closure.ts'

/** The resources of a valid commit, and what it is called. */
export interface DefinitionSide {
  readonly origin: string
  readonly resources: readonly Resource[]
}

export interface DefinitionDiff {
  readonly before: { readonly origin: string }
  readonly after: { readonly origin: string }
  /** Views that differ, by name. */
  readonly views: readonly ({ readonly name: string } & DefinitionChange)[]
  /** Names of the models whose training inputs become stale by these views, sorted. */
  readonly models: readonly string[]
}

/** Of one view (null: of all). Throws `not-found` for a view that neither side has. */
export function diffDefinitions(before: DefinitionSide, after: DefinitionSide, view: string | null): DefinitionDiff {
  const known = [...new Set([...listViews(before), ...listViews(after)])].sort(compareText)
  if (view !== null && !known.includes(view)) {
    const hint = didYouMean(view, known)
    throw new MainwardError('not-found', `there is no view ${view} on either side`, hint === undefined ? {} : { hint })
  }
  const [old, next] = [indexResources(before), indexResources(after)]
  const views = (view === null ? known : [view]).flatMap((name) => {
    const change = compareDefinitions(name, closeView(name, old), closeView(name, next))
    return change === null ? [] : [{ name, ...change }]
  })
  const changesValues = views.some((change) => change.before !== change.after)
  return {
    before: { origin: before.origin },
    after: { origin: after.origin },
    views,
    models: view === null || changesValues ? findStale(before, after, view) : [],
  }
}

/** Of all changes; of one view only models that read its values, themselves or through other views. */
function findStale(before: DefinitionSide, after: DefinitionSide, view: string | null): readonly string[] {
  const changes = assessFeatureImpact(before.resources, after.resources)
  const stale = [...new Set(changes.flatMap(({ models }) => models))].sort(compareText)
  const names = (ids: readonly string[]): readonly string[] => ids.map((id) => id.slice('Model/'.length))
  if (view === null) return names(stale)
  const edges = [...before.resources, ...after.resources].flatMap(listNeeds)
  const readers = new Set(dependentsOf({ edges }, `FeatureView/${view}`))
  return names(stale.filter((id) => readers.has(id)))
}

/** Views that a view or model reads. */
function listNeeds({ kind, metadata, spec }: Resource): readonly GraphEdge[] {
  const from = `${kind}/${metadata.name}`
  if (kind === 'Model') return (spec as ModelSpec).features.map(({ view }) => ({ from, to: `FeatureView/${view}` }))
  if (kind !== 'FeatureView') return []
  return (spec as FeatureViewSpec).inputs.map((input) => ({ from, to: `${input.kind}/${input.name}` }))
}

function listViews({ resources }: DefinitionSide): readonly string[] {
  return resources.filter(({ kind }) => kind === 'FeatureView').map(({ metadata }) => metadata.name)
}

function indexResources({ resources }: DefinitionSide): ReadonlyMap<string, Resource> {
  return new Map(resources.map((resource) => [`${resource.kind}/${resource.metadata.name}`, resource]))
}
