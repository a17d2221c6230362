/** A view with everything that its values are made from, out of resources of which some may be missing or wrong. Pure. */
import type { Digest } from '../../core/digest.ts'
import { compareText } from '../../core/finding.ts'
import type { Resource } from '../../core/resource.ts'
import { digestFeatures } from '../../manifests/features/feature-digests.ts'
import { findCycles } from '../../manifests/graph.ts'
import type { FeatureViewSpec } from '../../manifests/kinds/feature-view.ts'

/** `broken`: something that it names is not there, or views read each other in a circle. */
export type ViewClosure =
  | { readonly type: 'whole'; readonly digest: Digest; readonly resources: ReadonlyMap<string, Resource> }
  | { readonly type: 'broken'; readonly reason: string }
  | { readonly type: 'absent' }

/** By `Kind/name`: entities, sources and views are enough. Null: it is there, and has errors. */
export type KnownResources = ReadonlyMap<string, Resource | null>

export function closeView(view: string, resources: KnownResources): ViewClosure {
  const first = `FeatureView/${view}`
  if (!resources.has(first)) return { type: 'absent' }
  const found = new Map<string, Resource>()
  const edges: { from: string; to: string }[] = []
  const waiting = [first]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue
    const resource = resources.get(id)
    if (resource === undefined) return { type: 'broken', reason: `${id} is not there` }
    if (resource === null) return { type: 'broken', reason: `${id} has errors` }
    found.set(id, resource)
    const needs = namesOf(resource)
    edges.push(...needs.map((to) => ({ from: id, to })))
    waiting.push(...needs)
  }
  const nodes = [...found.keys()].sort(compareText).map((id) => ({ id }))
  const [cycle] = findCycles({ nodes, edges })
  if (cycle !== undefined) return { type: 'broken', reason: `views read each other in a circle: ${cycle.join(', ')}` }
  const digest = digestFeatures([...found.values()]).views.get(view)
  if (digest === undefined) throw new Error(`a view that is there has a digest: ${view}`)
  return { type: 'whole', digest, resources: found }
}

function namesOf({ kind, spec }: Resource): readonly string[] {
  if (kind !== 'FeatureView') return []
  const { entities, inputs } = spec as FeatureViewSpec
  return [...entities.map(({ name }) => `Entity/${name}`), ...inputs.map((input) => `${input.kind}/${input.name}`)]
}
