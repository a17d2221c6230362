/** Whether the rows of a SELECT come in the order of what it reads: told from its syntax alone, and only where it is certain. Pure. */
import type { Json } from '../../core/digest.ts'
import type { SyntaxTree } from './parse-select.ts'

/** Expressions after which an engine with several threads hands rows on in any order. */
const unordered: ReadonlySet<Json> = new Set(['WINDOW', 'SUBQUERY'])

/** True for one SELECT from one table, without groups, order, limit, distinct, sample, windows and subqueries. */
export function keepsOrder(node: SyntaxTree): boolean {
  if (!isRecord(node) || node['type'] !== 'SELECT_NODE') return false
  const from = node['from_table']
  const isPlain =
    isRecord(from) &&
    from['type'] === 'BASE_TABLE' &&
    isEmpty(from['sample']) &&
    node['aggregate_handling'] === 'STANDARD_HANDLING' &&
    ['modifiers', 'group_expressions', 'group_sets', 'having', 'qualify', 'sample'].every((field) => isEmpty(node[field])) &&
    isEmpty(isRecord(node['cte_map']) ? node['cte_map']['map'] : undefined)
  return isPlain && !holdsUnordered(node)
}

function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

/** Without recursion: an expression may be deeper than the call stack. */
function holdsUnordered(tree: SyntaxTree): boolean {
  const waiting: Json[] = [tree]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null) continue
    if (isRecord(node) && unordered.has(node['class'] ?? null)) return true
    for (const child of Object.values(node) as readonly Json[]) waiting.push(child)
  }
  return false
}
