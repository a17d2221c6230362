/** The part of a lineage that some nodes are made of, or that is made of them. Pure. */
import { dependenciesOf, dependentsOf } from '../../manifests/graph.ts'
import type { FeatureColumns, LineageEdge, LineageGraph, LineageNode } from './lineage-node.ts'

/** Plain JSON, sorted. */
export interface Lineage {
  /** Ids of the nodes that were asked for. */
  readonly focus: readonly string[]
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  /** Of the features among the nodes. */
  readonly columns: readonly FeatureColumns[]
}

/** Everything upstream and everything downstream; nothing that is only beside them. */
export function selectLineage({ nodes, edges, columns }: LineageGraph, focus: readonly string[]): Lineage {
  const needs = edges.map(needOf)
  const ahead = (id: string): readonly string[] => [id, computing(id)].flatMap((start) => dependenciesOf({ edges: needs }, start))
  const up = new Set(focus.flatMap((id) => [id, ...ahead(id)]))
  const down = new Set(focus.flatMap((id) => [id, ...dependentsOf({ edges: needs }, id).map(withoutComputing)]))
  const isBetween = ({ upstream, downstream }: LineageEdge): boolean =>
    [up, down].some((side) => side.has(upstream) && side.has(downstream))
  const isKept = (id: string): boolean => up.has(id) || down.has(id)
  return {
    focus,
    nodes: nodes.filter(({ id }) => isKept(id)),
    edges: edges.filter(isBetween),
    columns: columns.filter(({ feature }) => isKept(feature)),
  }
}

/**
 * A model computes what it has of on-demand features today, and a version what it embeds: no way leads from an on-demand feature
 * through the model to a version, nor back. So that edge ends at a place of its own beside the model.
 */
function needOf({ upstream, downstream }: LineageEdge): { readonly from: string; readonly to: string } {
  const isComputed = upstream.startsWith('OnDemand/') && downstream.startsWith('Model/')
  return { from: isComputed ? computing(downstream) : downstream, to: upstream }
}

const computingMark = 'computing '

function computing(id: string): string {
  return `${computingMark}${id}`
}

function withoutComputing(id: string): string {
  return id.startsWith(computingMark) ? id.slice(computingMark.length) : id
}
