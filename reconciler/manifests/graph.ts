/** The dependency graph of a commit's resources. Knows nothing of what the edges mean. */
import type { Kind } from '../core/resource.ts'

/** A resource, by its id: `Kind/name`, or `Kind/name@environment`. */
export interface GraphNode {
  readonly id: string
  readonly kind: Kind
  readonly name: string
  readonly environment: string | null
  readonly file: string
  readonly line: number
}

/** `from` names `to`: it depends on it. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
}

/** Plain JSON; nodes and edges sorted, edges only between nodes that exist. */
export interface DependencyGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

type Edges = Pick<DependencyGraph, 'edges'>

interface Ids {
  readonly nodes: readonly { readonly id: string }[]
}

/** Ids of everything that a node needs, directly or through others; the nearest first. */
export function dependenciesOf(graph: Edges, id: string): readonly string[] {
  return reachable(id, adjacency(graph.edges.map(({ from, to }) => [from, to])))
}

/** Ids of everything that needs a node, directly or through others; the nearest first. */
export function dependentsOf(graph: Edges, id: string): readonly string[] {
  return reachable(id, adjacency(graph.edges.map(({ from, to }) => [to, from])))
}

interface NamedNode {
  readonly kind: string
  readonly name: string
  readonly environment: string | null
}

/** The nodes that `KIND/NAME` or `KIND/NAME@ENVIRONMENT` names; the kind in any case. */
export function findNodes<Node extends NamedNode>(
  graph: { readonly nodes: readonly Node[] },
  reference: string,
): readonly Node[] {
  const match = /^([^/]+)\/([^@]+)(?:@(.+))?$/.exec(reference)
  if (match === null) return []
  const [, kind = '', name = '', environment] = match
  return graph.nodes.filter(
    (node) =>
      node.kind.toLowerCase() === kind.toLowerCase() &&
      node.name === name &&
      (environment === undefined || node.environment === environment),
  )
}

/** Every circle of references, each as the ids on the way; a circle is found once. */
export function findCycles(graph: Ids & Edges): readonly (readonly string[])[] {
  const next = adjacency(graph.edges.map(({ from, to }) => [from, to]))
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  for (const { id } of graph.nodes) walk(id)
  return cycles

  // Depth first, without recursion: a chain of references can be longer than the call stack.
  function walk(start: string): void {
    if (state.has(start)) return
    const path = [{ id: start, targets: [...(next.get(start) ?? [])] }]
    state.set(start, 'open')
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const target = top.targets.shift()
      if (target === undefined) {
        state.set(top.id, 'done')
        path.pop()
      } else if (state.get(target) === 'open') {
        cycles.push(path.slice(path.findIndex((step) => step.id === target)).map((step) => step.id))
      } else if (!state.has(target)) {
        state.set(target, 'open')
        path.push({ id: target, targets: [...(next.get(target) ?? [])] })
      }
    }
  }
}

function adjacency(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>()
  for (const [from, to] of pairs) {
    const known = targets.get(from)
    if (known === undefined) targets.set(from, [to])
    else known.push(to)
  }
  return targets
}

function reachable(id: string, next: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set<string>()
  const queue = [...(next.get(id) ?? [])]
  for (let index = 0; index < queue.length; index += 1) {
    const current = queue[index]
    if (current === undefined || current === id || found.has(current)) continue
    found.add(current)
    queue.push(...(next.get(current) ?? []))
  }
  return [...found]
}
