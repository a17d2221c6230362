/** Walks DuckDB's syntax tree and says what in it a feature must not do. Pure: what functions are is passed in. */
import type { SyntaxTree } from './parse-select.ts'

/** What a tree asks for; each with its offset in the text, in bytes, where it is known. */
export interface TreeUse {
  readonly name: string
  readonly offset: number | null
  /** Of a function; 0 of anything else. */
  readonly argumentCount: number
}

export interface TreeUses {
  readonly functions: readonly TreeUse[]
  readonly tableFunctions: readonly TreeUse[]
  /** Tables that no CTE around them defines; with the schema where one is written. */
  readonly tables: readonly TreeUse[]
  /** Bare names, which may be columns or SQL's own values (current_date). */
  readonly names: readonly TreeUse[]
  /** SAMPLE clauses and what only describes tables. */
  readonly refused: readonly TreeUse[]
}

type Node = Readonly<Record<string, SyntaxTree>>

interface Found {
  readonly functions: TreeUse[]
  readonly tableFunctions: TreeUse[]
  readonly tables: TreeUse[]
  readonly names: TreeUse[]
  readonly refused: TreeUse[]
}

export function collectUses(tree: SyntaxTree): TreeUses {
  const found: Found = { functions: [], tableFunctions: [], tables: [], names: [], refused: [] }
  walk(tree, new Set(), found)
  return found
}

function walk(tree: SyntaxTree, ctes: ReadonlySet<string>, found: Found): void {
  if (tree === null || typeof tree !== 'object') return
  if (Array.isArray(tree)) {
    for (const each of tree) walk(each as SyntaxTree, ctes, found)
    return
  }
  const node = tree as Node
  const scope = addCtes(node, ctes)
  note(node, scope, found)
  for (const [key, value] of Object.entries(node)) {
    // Its name was noted as a table function's; its arguments are walked.
    if (node['type'] === 'TABLE_FUNCTION' && key === 'function') walk((value as Node)['children'] ?? null, scope, found)
    else walk(value, scope, found)
  }
}

/** Names of WITH, for everything inside; a recursive one is known to itself. */
function addCtes(node: Node, ctes: ReadonlySet<string>): ReadonlySet<string> {
  const map = (node['cte_map'] as Node | undefined)?.['map']
  const names = Array.isArray(map) ? map.map((entry) => textOf((entry as Node)['key'])) : []
  const recursive = typeof node['cte_name'] === 'string' ? [node['cte_name']] : []
  return names.length + recursive.length === 0
    ? ctes
    : new Set([...ctes, ...[...names, ...recursive].map((each) => each.toLowerCase())])
}

function note(node: Node, ctes: ReadonlySet<string>, found: Found): void {
  const offset = offsetOf(node)
  const argumentCount = Array.isArray(node['children']) ? node['children'].length : 0
  const use = (name: SyntaxTree | undefined): TreeUse => ({ name: textOf(name), offset, argumentCount })
  if (typeof node['sample'] === 'object' && node['sample'] !== null) found.refused.push(use('SAMPLE'))
  if (node['type'] === 'SHOW_REF') found.refused.push(use('DESCRIBE, SHOW or SUMMARIZE'))
  if (node['type'] === 'TABLE_FUNCTION') found.tableFunctions.push(use((node['function'] as Node)['function_name']))
  else if (typeof node['function_name'] === 'string') found.functions.push(use(node['function_name']))
  if (node['type'] === 'BASE_TABLE') noteTable(node, ctes, found, offset)
  const names = node['column_names']
  if (node['class'] === 'COLUMN_REF' && Array.isArray(names) && names.length === 1) found.names.push(use(names[0] as string))
}

function noteTable(node: Node, ctes: ReadonlySet<string>, found: Found, offset: number | null): void {
  const name = textOf(node['table_name'])
  const schema = [node['catalog_name'], node['schema_name']].map(textOf).filter((part) => part !== '')
  if (schema.length === 0 && ctes.has(name.toLowerCase())) return
  found.tables.push({ name: [...schema, name].join('.'), offset, argumentCount: 0 })
}

/** DuckDB writes the largest number of 64 bits where it knows none. */
function offsetOf(node: Node): number | null {
  const offset = node['query_location']
  return typeof offset === 'number' && offset < 2 ** 53 ? offset : null
}

function textOf(value: SyntaxTree | undefined): string {
  return typeof value === 'string' ? value : ''
}
