/** A dependency graph, or the part of it around some resources, as text, JSON and Mermaid. Pure. */
import { dependenciesOf, type DependencyGraph, dependentsOf, type GraphNode } from '../../manifests/graph.ts'

/** The part of a graph that the nodes need or that needs them. */
export function selectAround(graph: DependencyGraph, nodes: readonly GraphNode[]): DependencyGraph {
  const kept = new Set(nodes.flatMap(({ id }) => [id, ...dependenciesOf(graph, id), ...dependentsOf(graph, id)]))
  return {
    nodes: graph.nodes.filter(({ id }) => kept.has(id)),
    edges: graph.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  }
}

/** Each node with what it needs and what needs it. */
export function renderGraphText(graph: DependencyGraph, nodes: readonly GraphNode[]): string {
  const places = new Map(graph.nodes.map(({ id, file, line }) => [id, `${file}:${line}`]))
  const list = (title: string, ids: readonly string[]): string =>
    ids.length === 0 ? '' : `  ${title}\n${ids.map((id) => `    ${id}  ${places.get(id) ?? ''}\n`).join('')}`
  return nodes
    .map(({ id }) => {
      const needs = list('needs', dependenciesOf(graph, id))
      const neededBy = list('is needed by', dependentsOf(graph, id))
      return `${id}  ${places.get(id) ?? ''}\n${needs}${neededBy}${needs + neededBy === '' ? '  stands alone\n' : ''}`
    })
    .join('')
}

export interface DrawnGraph {
  readonly nodes: readonly { readonly id: string }[]
  readonly edges: readonly DrawnEdge[]
}

/** An arrow, with a text on it where there is one. */
export interface DrawnEdge {
  readonly from: string
  readonly to: string
  readonly label?: string | null
}

/** `flowchart LR` with an arrow from what needs to what is needed. Specified at mermaid.js.org, "Flowcharts - Basic Syntax". */
export function renderGraphMermaid({ nodes, edges }: DrawnGraph): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const boxes = nodes.map(({ id }) => `  ${names.get(id) ?? ''}["${id}"]\n`)
  const arrows = edges.map(({ from, to, label }) => {
    const text = label === undefined || label === null ? '' : `|"${label}"|`
    return `  ${names.get(from) ?? ''} -->${text} ${names.get(to) ?? ''}\n`
  })
  return `flowchart LR\n${boxes.join('')}${arrows.join('')}`
}
