/** From data sources to rollouts: what is made of what in one commit, and which columns stand behind each feature. Pure. */
import type { ViewOrigins } from '../../core/column-origin.ts'
import { compareText } from '../../core/finding.ts'
import { type Resource, resourceId } from '../../core/resource.ts'
import { type FeatureDefinitions, buildFeatureDefinitions } from '../../manifests/feature-definitions.ts'
import { digestFeatures } from '../../manifests/features/feature-digests.ts'
import { listOnDemand, type OnDemandEntry } from '../catalogue/on-demand-entries.ts'
import { describeNode } from './describe-node.ts'
import type { LineageEdge, LineageGraph, LineageNode } from './lineage-node.ts'
import { listModelEdges } from './model-edges.ts'
import { listOnDemandEdges } from './on-demand-edges.ts'
import { traceFeatures } from './trace-columns.ts'
import { listViewEdges } from './view-edges.ts'

/** The lineage of a valid commit. `origins` has every view. */
export function buildLineage(resources: readonly Resource[], origins: ReadonlyMap<string, ViewOrigins>): LineageGraph {
  const definitions = buildFeatureDefinitions(resources)
  const facts = { views: definitions.views, origins }
  const { views: digests } = digestFeatures(resources)
  const computed = listOnDemand(resources)
  const own = resources.flatMap((resource) => describeResource(resource, definitions, digests))
  const nodes = [...own, ...computed.map(describeOnDemand)].sort(byId)
  const known = new Set(nodes.map(({ id }) => id))
  const edges = [...listViewEdges(facts), ...listModelEdges(resources), ...listOnDemandEdges(computed)]
    .filter(({ upstream, downstream }) => known.has(upstream) && known.has(downstream))
    .sort(compareEdges)
  const columns = [...traceFeatures(facts)].flatMap(([view, features]) =>
    [...features].map(([feature, traced]) => ({ feature: `Feature/${view}:${feature}`, ...traced })),
  )
  return { nodes, edges: dropRepeated(edges), columns: columns.sort((a, b) => compareText(a.feature, b.feature)) }
}

function describeResource(
  resource: Resource,
  { views }: FeatureDefinitions,
  digests: ReturnType<typeof digestFeatures>['views'],
): readonly LineageNode[] {
  const { kind, metadata, file, line } = resource
  if (kind === 'Project' || kind === 'Entity') return []
  const place = { environment: metadata.environment ?? null, file, line }
  const note = describeNode(resource, digests)
  const node: LineageNode = { id: resourceId(resource), kind, name: metadata.name, ...place, note }
  const view = kind === 'FeatureView' ? views.get(metadata.name) : undefined
  if (view === undefined) return [node]
  const features = [...view.features, ...view.aggregations].map(({ name, dtype, unit }): LineageNode => ({
    id: `Feature/${view.name}:${name}`,
    kind: 'Feature',
    name: `${view.name}:${name}`,
    ...place,
    note: unit === undefined ? dtype : `${dtype}, ${unit}`,
  }))
  return [node, ...features]
}

function describeOnDemand({ id, dtype, unit, cel, file, line }: OnDemandEntry): LineageNode {
  const note = `${unit === null ? dtype : `${dtype}, ${unit}`}: ${cel.replace(/\s+/g, ' ').trim()}`
  return { id: `OnDemand/${id}`, kind: 'OnDemand', name: id, environment: null, file, line, note }
}

function byId(a: LineageNode, b: LineageNode): number {
  return compareText(a.id, b.id)
}

function compareEdges(a: LineageEdge, b: LineageEdge): number {
  return (
    compareText(a.upstream, b.upstream) || compareText(a.downstream, b.downstream) || compareText(a.label ?? '', b.label ?? '')
  )
}

/** Of sorted edges. */
function dropRepeated(edges: readonly LineageEdge[]): readonly LineageEdge[] {
  return edges.filter((edge, index) => {
    const before = edges[index - 1]
    return before === undefined || compareEdges(before, edge) !== 0
  })
}
