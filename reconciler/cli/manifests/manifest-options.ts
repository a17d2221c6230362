/** Options of the commands that look at resources of a repository. */
import { MainwardError } from '../../core/error.ts'
import { findNodes, type GraphNode } from '../../manifests/graph.ts'
import { didYouMean } from '../../manifests/nearest-name.ts'
import type { OptionDefinition } from '../command.ts'

export const repositoryOptions: readonly OptionDefinition[] = [
  { flags: '--path <folder>', description: 'the repository, or the folder of it that is reconciled', default: '.' },
  { flags: '--ref <ref>', description: 'a commit, branch or tag, in place of the working tree' },
]

type NamedNode = Pick<GraphNode, 'id' | 'name' | 'environment'> & { readonly kind: string }

const graphHint = 'expected KIND/NAME, for example Rollout/flight-delay; mainward graph lists all'

/** The nodes that `KIND/NAME` or `KIND/NAME@ENVIRONMENT` names; throws `usage` with the nearest name, or the hint, when there is none. */
export function requireNodes<Node extends NamedNode>(
  graph: { readonly nodes: readonly Node[] },
  reference: string,
  hint = graphHint,
): readonly Node[] {
  const nodes = findNodes(graph, reference)
  if (nodes.length > 0) return nodes
  const names = graph.nodes.flatMap(({ id, kind, name }) => [id, `${kind}/${name}`])
  throw new MainwardError('usage', `no resource ${reference}`, { hint: didYouMean(reference, names) ?? hint })
}
