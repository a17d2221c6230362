/** Lineage as text: what is upstream and what is downstream as trees, then columns. Pure. */
import type { LineageEdge } from '../../governance/lineage/lineage-node.ts'
import type { Lineage } from '../../governance/lineage/select-lineage.ts'
import { printable } from '../../manifests/findings-text.ts'

/** What was shown above is named again, without what is behind it. */
export function renderLineageText(lineage: Lineage): string {
  const { focus, columns } = lineage
  const described = describeNodes(lineage)
  const heads = focus.map((id) => {
    const upstream = drawTree(lineage, described, { start: id, direction: 'upstream' })
    const downstream = drawTree(lineage, described, { start: id, direction: 'downstream' })
    const alone = upstream + downstream === '' ? '  stands alone\n' : ''
    return `${described.get(id) ?? id}\n${titled('made of', upstream)}${titled('goes into', downstream)}${alone}`
  })
  const width = Math.max(0, ...columns.map(({ feature }) => feature.length - 'Feature/'.length))
  const lines = columns.map(({ feature, columns: found, unresolved }) => {
    const known = found.length === 0 ? (unresolved === null ? 'no column' : '') : found.join(', ')
    const rest = unresolved === null ? '' : `${known === '' ? '' : ', '}not resolved: ${printable(unresolved)}`
    return `    ${feature.slice('Feature/'.length).padEnd(width)}  ${known}${rest}\n`
  })
  return heads.join('') + titled('columns', lines.join(''))
}

function titled(title: string, text: string): string {
  return text === '' ? '' : `  ${title}\n${text}`
}

type Direction = 'upstream' | 'downstream'

interface Walk {
  readonly start: string
  readonly direction: Direction
}

/** Depth first, without recursion: a chain may be longer than the call stack. */
function drawTree(lineage: Lineage, described: ReadonlyMap<string, string>, { start, direction }: Walk): string {
  const other = direction === 'upstream' ? 'downstream' : 'upstream'
  const next = groupEdges(lineage.edges, other)
  const shown = new Set([start])
  const lines: string[] = []
  const waiting = [...(next.get(start) ?? [])].reverse().map((edge) => ({ edge, depth: 2 }))
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const { edge, depth } = item
    const id = edge[direction]
    const label = edge.label === null ? '' : `  (${printable(edge.label)})`
    const isRepeated = shown.has(id)
    lines.push(`${'  '.repeat(depth)}${isRepeated ? `${id}${label}  …` : `${described.get(id) ?? id}${label}`}\n`)
    shown.add(id)
    if (!isRepeated) waiting.push(...[...(next.get(id) ?? [])].reverse().map((each) => ({ edge: each, depth: depth + 1 })))
  }
  return lines.join('')
}

function groupEdges(edges: readonly LineageEdge[], by: Direction): ReadonlyMap<string, readonly LineageEdge[]> {
  const groups = new Map<string, LineageEdge[]>()
  for (const edge of edges) {
    const known = groups.get(edge[by])
    if (known === undefined) groups.set(edge[by], [edge])
    else known.push(edge)
  }
  return groups
}

/** Each node by its id, with what it is. */
function describeNodes({ nodes }: Lineage): ReadonlyMap<string, string> {
  return new Map(nodes.map(({ id, note }) => [id, note === '' ? id : `${id}  ${printable(note)}`]))
}
