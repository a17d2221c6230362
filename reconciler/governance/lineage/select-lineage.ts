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
  const needs = edges.map(({ upstream, downstream }) => ({ from: downstream, to: upstream }))
  const up = new Set(focus.flatMap((id) => [id, ...dependenciesOf({ edges: needs }, id)]))
  const down = new Set(focus.flatMap((id) => [id, ...dependentsOf({ edges: needs }, id)]))
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
