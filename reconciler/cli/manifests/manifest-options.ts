/** Options of the commands that look at resources of a repository. */
import { MainwardError } from '../../core/error.ts'
import { type DependencyGraph, findNodes, type GraphNode } from '../../manifests/graph.ts'
import { didYouMean } from '../../manifests/nearest-name.ts'
import type { OptionDefinition } from '../command.ts'

export const repositoryOptions: readonly OptionDefinition[] = [
  { flags: '--path <folder>', description: 'the repository, or the folder of it that is reconciled', default: '.' },
  { flags: '--ref <ref>', description: 'a commit, branch or tag, in place of the working tree' },
]

/** The nodes that `KIND/NAME` or `KIND/NAME@ENVIRONMENT` names; throws `usage` with the nearest name when there is none. */
export function requireNodes(graph: DependencyGraph, reference: string): readonly GraphNode[] {
  const nodes = findNodes(graph, reference)
  if (nodes.length > 0) return nodes
  const names = graph.nodes.flatMap(({ id, kind, name }) => [id, `${kind}/${name}`])
  const hint = didYouMean(reference, names) ?? 'expected KIND/NAME, for example Rollout/flight-delay; mainward graph lists all'
  throw new MainwardError('usage', `no resource ${reference}`, { hint })
}
