/** Edges through on-demand features: from the features of views that they read, and to their model. Pure. */
import type { OnDemandEntry, OnDemandRead } from '../catalogue/on-demand-entries.ts'
import type { LineageEdge } from './lineage-node.ts'

/** What a request has is no node: nothing in the repository makes it. */
export function listOnDemandEdges(entries: readonly OnDemandEntry[]): readonly LineageEdge[] {
  return entries.flatMap(({ id, model, reads }) => [
    ...reads.flatMap((read) => readEdges(id, model, read)),
    { upstream: `OnDemand/${id}`, downstream: `Model/${model}`, label: null },
  ])
}

function readEdges(id: string, model: string, { name, from }: OnDemandRead): readonly LineageEdge[] {
  if (from === null) return []
  const kind = from === `${model}:${name}` ? 'OnDemand' : 'Feature'
  const own = from.slice(from.indexOf(':') + 1)
  return [{ upstream: `${kind}/${from}`, downstream: `OnDemand/${id}`, label: own === name ? null : `as ${name}` }]
}
