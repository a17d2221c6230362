/**
 * Follows the columns of one SELECT through DuckDB's syntax tree: which columns of its tables stand behind each of its result, and
 * which decide its rows. Pure: it runs nothing. What it does not know it says, and never guesses.
 */
import type { SyntaxTree } from '../transform/parse-select.ts'
import {
  emptyScope,
  expandStar,
  findOrigins,
  joinOrigins,
  type NamedTable,
  noOrigins,
  type Origins,
  type Scope,
  type Table,
  type TableColumn,
  UnresolvedSql,
} from './column-scope.ts'

type Node = Readonly<Record<string, SyntaxTree>>
/** By name in lower case. */
type Tables = ReadonlyMap<string, Table>

export interface FollowedSelect {
  readonly columns: readonly TableColumn[]
  readonly rows: Origins
}

/** Throws UnresolvedSql. */
export function followSelect(tree: SyntaxTree, tables: Tables): FollowedSelect {
  return followNode(tree as Node, tables, null)
}

function followNode(node: Node, outside: Tables, outer: Scope | null): FollowedSelect {
  const { tables, rows } = addCtes(node, outside, outer)
  const type = textOf(node['type'])
  const found = type === 'SELECT_NODE' ? followOne(node, tables, outer) : followSet(type, node, tables, outer)
  return { columns: found.columns, rows: joinOrigins([rows, found.rows]) }
}

function addCtes(node: Node, outside: Tables, outer: Scope | null): { readonly tables: Tables; readonly rows: Origins } {
  const tables = new Map(outside)
  const rows: Origins[] = []
  for (const { key, value } of listOf((node['cte_map'] as Node | undefined)?.['map']) as Node[]) {
    const cte = value as Node
    const found = followNode((cte['query'] as Node)['node'] as Node, tables, outer)
    tables.set(textOf(key).toLowerCase(), { columns: rename(found.columns, listOf(cte['aliases'])), open: null })
    rows.push(found.rows)
  }
  return { tables, rows: joinOrigins(rows) }
}

function followSet(type: string, node: Node, tables: Tables, outer: Scope | null): FollowedSelect {
  if (type !== 'SET_OPERATION_NODE') throw new UnresolvedSql(`the statement has a part that is not followed (${type})`)
  const children = listOf(node['children'])
  const parts = (children.length > 0 ? children : [node['left'], node['right']]) as Node[]
  const [first, ...others] = parts.map((part) => followNode(part, tables, outer))
  if (first === undefined) throw new UnresolvedSql('a set operation has no parts')
  const rows = [
    ...[first, ...others].map((part) => part.rows),
    ...followModifiers(node, emptyScope(outer), first.columns, tables),
  ]
  const operation = textOf(node['setop_type'])
  if (operation === 'EXCEPT' || operation === 'INTERSECT') {
    const compared = [first, ...others].flatMap(({ columns }) => columns.map(({ origins }) => origins))
    return { columns: first.columns, rows: joinOrigins([...rows, ...compared]) }
  }
  const columns = operation === 'UNION_BY_NAME' ? uniteByName([first, ...others]) : uniteInOrder(first, others)
  const compared = node['setop_all'] === true ? [] : columns.map(({ origins }) => origins)
  return { columns, rows: joinOrigins([...rows, ...compared]) }
}

function uniteInOrder(first: FollowedSelect, others: readonly FollowedSelect[]): readonly TableColumn[] {
  return first.columns.map(({ name, origins }, index) => ({
    name,
    origins: joinOrigins([origins, ...others.map(({ columns }) => columns[index]?.origins ?? noOrigins)]),
  }))
}

function uniteByName(parts: readonly FollowedSelect[]): readonly TableColumn[] {
  const byName = new Map<string, TableColumn>()
  for (const { name, origins } of parts.flatMap(({ columns }) => columns)) {
    const known = byName.get(name.toLowerCase())
    byName.set(name.toLowerCase(), { name: known?.name ?? name, origins: joinOrigins([known?.origins ?? noOrigins, origins]) })
  }
  return [...byName.values()]
}

function followOne(node: Node, tables: Tables, outer: Scope | null): FollowedSelect {
  const from = followFrom(node['from_table'] as Node, tables, outer)
  const columns: TableColumn[] = []
  const aliases = new Map<string, Origins>()
  const scope: Scope = { ...from.scope, aliases }
  for (const item of listOf(node['select_list']) as Node[]) {
    for (const column of followItem(item, scope, tables)) {
      columns.push(column)
      aliases.set(column.name.toLowerCase(), column.origins)
    }
  }
  const all = columns.map(({ origins }) => origins)
  const decisive = ['where_clause', 'having', 'qualify', 'group_expressions', 'sample'].map((key) =>
    follow(node[key], scope, tables),
  )
  const grouped = node['aggregate_handling'] === 'FORCE_AGGREGATES' ? all : positions(listOf(node['group_expressions']), columns)
  return { columns, rows: joinOrigins([from.rows, ...decisive, ...grouped, ...followModifiers(node, scope, columns, tables)]) }
}

/** ORDER BY, LIMIT and DISTINCT. */
function followModifiers(node: Node, scope: Scope, columns: readonly TableColumn[], tables: Tables): readonly Origins[] {
  const aliases = new Map(columns.map(({ name, origins }) => [name.toLowerCase(), origins]))
  const named: Scope = { ...scope, aliases: new Map([...aliases, ...scope.aliases]) }
  return (listOf(node['modifiers']) as Node[]).flatMap((modifier) => {
    const isDistinct = modifier['type'] === 'DISTINCT_MODIFIER' && listOf(modifier['distinct_on_targets']).length === 0
    const ordered = (listOf(modifier['orders']) as Node[]).map(({ expression }) => expression ?? null)
    return [
      follow(modifier, named, tables),
      ...positions(ordered, columns),
      ...(isDistinct ? columns.map(({ origins }) => origins) : []),
    ]
  })
}

/** Columns that are named by their number. */
function positions(expressions: readonly SyntaxTree[], columns: readonly TableColumn[]): readonly Origins[] {
  return (expressions as Node[]).flatMap((each) => {
    const value = each?.['class'] === 'CONSTANT' ? (each['value'] as Node)['value'] : undefined
    return typeof value === 'number' ? (columns[value - 1]?.origins ?? []) : []
  })
}

/** One item of the SELECT list; `*` is several. */
function followItem(item: Node, scope: Scope, tables: Tables): readonly TableColumn[] {
  if (item['class'] === 'STAR') return followStar(item, scope, tables)
  const origins = follow(item, scope, tables)
  const written = textOf(item['alias'])
  const name = written !== '' ? written : item['class'] === 'COLUMN_REF' ? textOf(listOf(item['column_names']).at(-1)) : ''
  return [{ name, origins }]
}

function followStar(star: Node, scope: Scope, tables: Tables): readonly TableColumn[] {
  const hasRest = ['rename_list', 'qualified_exclude_list', 'unpacked'].some((key) => isFilled(star[key]))
  if (star['columns'] === true || isFilled(star['expr']) || hasRest) {
    throw new UnresolvedSql('COLUMNS, and * with RENAME or LIKE, are not followed')
  }
  const left = new Set(listOf(star['exclude_list']).map((name) => textOf(name).toLowerCase()))
  const replaced = new Map(
    (listOf(star['replace_list']) as Node[]).map(({ key, value }) => [textOf(key).toLowerCase(), follow(value, scope, tables)]),
  )
  return expandStar(scope, textOf(star['relation_name']))
    .filter(({ name }) => !left.has(name.toLowerCase()))
    .map(({ name, origins }) => ({ name, origins: replaced.get(name.toLowerCase()) ?? origins }))
}

interface From {
  readonly scope: Scope
  readonly rows: Origins
}

function followFrom(node: Node, tables: Tables, outer: Scope | null): From {
  const type = textOf(node['type'])
  const one = (table: Table, rows: Origins, name = ''): From => {
    const alias = textOf(node['alias']) === '' ? name : textOf(node['alias'])
    const named: NamedTable = { alias, table: { ...table, columns: rename(table.columns, listOf(node['column_name_alias'])) } }
    return { scope: { ...emptyScope(outer), tables: [named] }, rows }
  }
  switch (type) {
    case 'EMPTY':
      return { scope: emptyScope(outer), rows: noOrigins }
    case 'BASE_TABLE': {
      const name = textOf(node['table_name'])
      const table = tables.get(name.toLowerCase())
      if (table === undefined || textOf(node['schema_name']) !== '') throw new UnresolvedSql(`the table ${name} is not known`)
      return one(table, noOrigins, name)
    }
    case 'SUBQUERY': {
      const { columns, rows } = followNode((node['subquery'] as Node)['node'] as Node, tables, outer)
      return one({ columns, open: null }, rows)
    }
    case 'EXPRESSION_LIST': {
      const values = listOf(node['values']).map((row) => listOf(row).map((value) => follow(value, emptyScope(outer), tables)))
      const columns = (values[0] ?? []).map((_, at) => ({
        name: `col${at}`,
        origins: joinOrigins(values.map((row) => row[at] ?? noOrigins)),
      }))
      return one({ columns: rename(columns, listOf(node['expected_names'])), open: null }, noOrigins)
    }
    case 'JOIN':
      return followJoin(node, tables, outer)
    default:
      throw new UnresolvedSql(`the statement reads something that is not followed (${type})`)
  }
}

function followJoin(node: Node, tables: Tables, outer: Scope | null): From {
  const kind = textOf(node['ref_type'])
  if (kind === 'NATURAL' || kind === 'POSITIONAL') throw new UnresolvedSql(`a ${kind.toLowerCase()} join is not followed`)
  const left = followFrom(node['left'] as Node, tables, outer)
  // LATERAL: the right side may read the left one.
  const right = followFrom(node['right'] as Node, tables, left.scope)
  const using = listOf(node['using_columns']).map((name) => textOf(name).toLowerCase())
  const scope: Scope = {
    ...emptyScope(outer),
    tables: [...left.scope.tables, ...right.scope.tables],
    using: new Set([...left.scope.using, ...right.scope.using, ...using]),
  }
  const keys = using.map((name) => findOrigins([name], scope))
  const rows = joinOrigins([left.rows, right.rows, follow(node['condition'], scope, tables), ...keys])
  const isFilter = ['SEMI', 'ANTI'].includes(textOf(node['join_type']))
  return { scope: isFilter ? { ...scope, tables: left.scope.tables } : scope, rows }
}

/** Every column that an expression reads. */
function follow(tree: SyntaxTree | undefined, scope: Scope, tables: Tables): Origins {
  if (tree === undefined || tree === null || typeof tree !== 'object') return noOrigins
  if (Array.isArray(tree)) return joinOrigins(tree.map((each) => follow(each as SyntaxTree, scope, tables)))
  const node = tree as Node
  switch (node['class']) {
    case 'COLUMN_REF':
      return findOrigins(listOf(node['column_names']).map(textOf), scope)
    case 'STAR':
    case 'POSITIONAL_REFERENCE':
      throw new UnresolvedSql('* and # within an expression are not followed')
    case 'SUBQUERY': {
      const { columns, rows } = followNode((node['subquery'] as Node)['node'] as Node, tables, scope)
      return joinOrigins([rows, follow(node['child'], scope, tables), ...columns.map(({ origins }) => origins)])
    }
    case 'LAMBDA': {
      const names = new Set([...scope.parameters, ...listParameters(node['lhs'])])
      return follow(node['expr'], { ...scope, parameters: names }, tables)
    }
    default:
      return joinOrigins(Object.values(node).map((each) => follow(each, scope, tables)))
  }
}

function listParameters(tree: SyntaxTree | undefined): readonly string[] {
  if (tree === undefined || tree === null || typeof tree !== 'object') return []
  if (Array.isArray(tree)) return tree.flatMap((each) => listParameters(each as SyntaxTree))
  const names = (tree as Node)['column_names']
  return Array.isArray(names)
    ? names.map((name) => textOf(name as SyntaxTree).toLowerCase())
    : Object.values(tree).flatMap(listParameters)
}

function rename(columns: readonly TableColumn[], names: readonly SyntaxTree[]): readonly TableColumn[] {
  return columns.map((column, index) => ({ ...column, name: textOf(names[index]) === '' ? column.name : textOf(names[index]) }))
}

function listOf(value: SyntaxTree | undefined): readonly SyntaxTree[] {
  return Array.isArray(value) ? (value as readonly SyntaxTree[]) : []
}

function isFilled(value: SyntaxTree | undefined): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
}

function textOf(value: SyntaxTree | undefined): string {
  return typeof value === 'string' ? value : ''
}
