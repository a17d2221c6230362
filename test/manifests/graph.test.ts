/** The dependency graph: who names whom, in both directions, and circles. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dependenciesOf, dependentsOf, findCycles, findNodes, type DependencyGraph } from '../../reconciler/manifests/graph.ts'
import { assembleWith, soundFiles } from './commit-of.ts'

function graphOf(edges: readonly (readonly [string, string])[], ids = [...new Set(edges.flat())]): DependencyGraph {
  const nodes = ids.map((id) => ({ id, kind: 'Model' as const, name: id, environment: null, file: 'f', line: 1 }))
  return { nodes, edges: edges.map(([from, to]) => ({ from, to })) }
}

describe('the graph of a commit', () => {
  const { graph } = assembleWith()
  const versions = ['ModelVersion/flight-delay-2', 'ModelVersion/flight-delay-3']

  it('has every resource and every reference, sorted', () => {
    expect(graph.nodes.map(({ id }) => id)).toEqual([
      'Model/flight-delay',
      ...versions,
      'Project/flights',
      'Rollout/flight-delay@production',
    ])
    expect(graph.edges.map(({ from, to }) => `${from} > ${to}`)).toEqual([
      'ModelVersion/flight-delay-2 > Model/flight-delay',
      'ModelVersion/flight-delay-3 > Model/flight-delay',
      'Rollout/flight-delay@production > Model/flight-delay',
      'Rollout/flight-delay@production > ModelVersion/flight-delay-3',
    ])
    expect(graph.nodes.find(({ kind }) => kind === 'Rollout')).toEqual({
      id: 'Rollout/flight-delay@production',
      kind: 'Rollout',
      name: 'flight-delay',
      environment: 'production',
      file: 'rollouts/flight-delay.yaml',
      line: 1,
    })
  })

  it('tells what a resource needs, and what needs it', () => {
    expect(dependenciesOf(graph, 'Rollout/flight-delay@production')).toEqual(['Model/flight-delay', versions[1]])
    expect(dependentsOf(graph, 'Model/flight-delay')).toEqual([...versions, 'Rollout/flight-delay@production'])
    expect(dependenciesOf(graph, 'Project/flights')).toEqual([])
    expect(dependentsOf(graph, 'Model/none')).toEqual([])
  })

  it('has no edge to what does not exist', () => {
    const { graph: broken } = assembleWith({ 'models/flight-delay.yaml': null })
    expect(broken.edges.map(({ to }) => to)).toEqual([versions[1]])
  })

  it.each([
    ['Model/flight-delay', 1],
    ['model/flight-delay', 1],
    ['ROLLOUT/flight-delay', 2],
    ['Rollout/flight-delay@staging', 1],
    ['Rollout/flight-delay@none', 0],
    ['Rollout/flight', 0],
    ['flight-delay', 0],
    ['Model/', 0],
    ['', 0],
  ])('finds what is asked for: %s', (reference, count) => {
    const staging = soundFiles['rollouts/flight-delay.yaml'].replace('production', 'staging')
    expect(findNodes(assembleWith({ 'staging.yaml': staging }).graph, reference)).toHaveLength(count)
  })
})

describe('circles', () => {
  it.each<[string, (readonly [string, string])[], string[][]]>([
    ['none', [['a', 'b'], ['b', 'c'], ['a', 'c']], []],
    ['one of two', [['a', 'b'], ['b', 'a']], [['a', 'b']]],
    ['one of itself', [['a', 'a']], [['a']]],
    ['one behind a chain', [['x', 'a'], ['a', 'b'], ['b', 'c'], ['c', 'a']], [['a', 'b', 'c']]],
    ['two', [['a', 'b'], ['b', 'a'], ['c', 'd'], ['d', 'c']], [['a', 'b'], ['c', 'd']]],
    ['two that share a node', [['a', 'b'], ['b', 'a'], ['b', 'c'], ['c', 'b']], [['a', 'b'], ['b', 'c']]],
  ])('are found: %s', (_, edges, expected) => expect(findCycles(graphOf(edges))).toEqual(expected)) // prettier-ignore

  it('are found in a chain that is longer than the call stack', () => {
    const ids = Array.from({ length: 50_000 }, (_, index) => `n${index}`)
    const chain = ids.map((id, index) => [id, ids[index + 1] ?? 'n0'] as const)
    expect(findCycles(graphOf(chain))[0]).toHaveLength(50_000)
    expect(findCycles(graphOf(chain.slice(0, -1)))).toEqual([])
  })

  const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 })

  it('are there when, and only when, some node needs itself', () => {
    fc.assert(
      fc.property(edges, (pairs) => {
        const graph = graphOf(pairs.map(([from, to]) => [`${from}`, `${to}`]))
        const reach = closure(pairs)
        expect(findCycles(graph).length > 0).toBe(reach.some((row, index) => row[index]))
        for (const cycle of findCycles(graph)) {
          cycle.forEach((from, index) => {
            const to = cycle[(index + 1) % cycle.length] ?? ''
            expect(graph.edges).toContainEqual({ from, to })
          })
        }
      }),
    )
  })

  it('do not keep dependencies from being found', () => {
    fc.assert(
      fc.property(edges, fc.nat(7), (pairs, start) => {
        const graph = graphOf(pairs.map(([from, to]) => [`${from}`, `${to}`]))
        const reach = closure(pairs)
        const others = [0, 1, 2, 3, 4, 5, 6, 7].filter((node) => node !== start)
        expect([...dependenciesOf(graph, `${start}`)].sort()).toEqual(others.filter((node) => reach[start]?.[node]).map(String))
        expect([...dependentsOf(graph, `${start}`)].sort()).toEqual(others.filter((node) => reach[node]?.[start]).map(String))
      }),
    )
  })
})

/** Warshall's transitive closure: which of eight nodes is reached from which. */
function closure(pairs: readonly (readonly [number, number])[]): boolean[][] {
  const reach = Array.from({ length: 8 }, (_, from) => Array.from({ length: 8 }, (_, to) => pairs.some((p) => p[0] === from && p[1] === to))) // prettier-ignore
  for (let via = 0; via < 8; via += 1)
    for (const row of reach) if (row[via]) reach[via]?.forEach((isThere, to) => (row[to] ||= isThere))
  return reach
}
