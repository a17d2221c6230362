/** Tables while SQL is followed: which columns stand behind each of theirs, and what a name means where it is written. Pure. */
import type { InputColumn } from '../../core/column-origin.ts'

/** By a text that names input and column. */
export type Origins = ReadonlyMap<string, InputColumn>

export interface TableColumn {
  readonly name: string
  readonly origins: Origins
}

export interface Table {
  readonly columns: readonly TableColumn[]
  /** Not null: the names of its columns are not known; any name is one of this input's. */
  readonly open: InputColumn['input'] | null
}

export interface NamedTable {
  readonly alias: string
  readonly table: Table
}

/** What names can mean: tables, then names of the SELECT list before it, then what is around a subquery. */
export interface Scope {
  readonly tables: readonly NamedTable[]
  /** Columns that USING has made one, in lower case. */
  readonly using: ReadonlySet<string>
  readonly aliases: ReadonlyMap<string, Origins>
  /** Parameters of lambdas, in lower case: they come from what the lambda is applied to. */
  readonly parameters: ReadonlySet<string>
  readonly outer: Scope | null
}

/** Says why SQL cannot be followed; the view is then told as not resolved. */
export class UnresolvedSql extends Error {}

export const noOrigins: Origins = new Map()

export function emptyScope(outer: Scope | null): Scope {
  return { tables: [], using: new Set(), aliases: new Map(), parameters: new Set(), outer }
}

export function originsOf(columns: Iterable<InputColumn>): Origins {
  return new Map([...columns].map((column) => [`${column.input.kind}/${column.input.name} ${column.column}`, column]))
}

export function joinOrigins(all: Iterable<Origins>): Origins {
  return new Map([...all].flatMap((origins) => [...origins]))
}

/** DuckDB tells no case apart. */
function isNamed(text: string): (each: { readonly name: string }) => boolean {
  return ({ name }) => name.toLowerCase() === text.toLowerCase()
}

/** What `a`, `t.a`, `t.a.field` or `a.field` stands for. Throws UnresolvedSql when nothing has the name. */
export function findOrigins(names: readonly string[], scope: Scope): Origins {
  for (let current: Scope | null = scope; current !== null; current = current.outer) {
    const found = findIn(names, current)
    if (found !== null) return found
  }
  throw new UnresolvedSql(`the column ${names.join('.')} is in none of the tables that it can come from`)
}

function findIn(names: readonly string[], scope: Scope): Origins | null {
  const [first = '', second] = names
  if (scope.parameters.has(first.toLowerCase())) return noOrigins
  const table = scope.tables.find(({ alias }) => alias.toLowerCase() === first.toLowerCase())
  if (table !== undefined && second !== undefined) return findColumn([table], second) ?? findOpen([table], second)
  const [column, alias] = [findColumn(scope.tables, first), scope.aliases.get(first.toLowerCase()) ?? null]
  if (column !== null) return column
  const open = findOpen(scope.tables, first)
  if (open !== null && alias !== null) throw new UnresolvedSql(`${first} may be a column of a table, or a name given before`)
  // A table's name alone is its whole row.
  const row = table === undefined ? null : joinOrigins(table.table.columns.map(({ origins }) => origins))
  return alias ?? row ?? open
}

/** Null: no table is known to have it. Of a column that several have (USING) all count. */
function findColumn(tables: readonly NamedTable[], name: string): Origins | null {
  const found = tables.flatMap(({ table }) => table.columns.filter(isNamed(name)))
  return found.length === 0 ? null : joinOrigins(found.map(({ origins }) => origins))
}

/** Null: it is not certain to be a column of the one table whose columns are not known. */
function findOpen(tables: readonly NamedTable[], name: string): Origins | null {
  const [open, ...others] = tables.flatMap(({ table }) => table.open ?? [])
  return open === undefined || others.length > 0 ? null : originsOf([{ input: open, column: name }])
}

/** What `*` or `t.*` stands for. Throws UnresolvedSql where the columns of a table are not known, and for parts of a nested column. */
export function expandStar({ tables, using }: Scope, relation: string): readonly TableColumn[] {
  const wanted = tables.filter(({ alias }) => relation === '' || alias.toLowerCase() === relation.toLowerCase())
  if (wanted.length === 0) throw new UnresolvedSql(`${relation}.* names no table`)
  const seen = new Set<string>()
  return wanted.flatMap(({ alias, table }) => {
    if (table.open !== null) throw new UnresolvedSql(`the columns of ${alias} are not known, so * stands for nothing certain`)
    return table.columns.flatMap(({ name }) => {
      const key = name.toLowerCase()
      const isRepeated = relation === '' && using.has(key) && seen.has(key)
      seen.add(key)
      const from = relation === '' && using.has(key) ? wanted : [{ alias, table }]
      return isRepeated ? [] : [{ name, origins: findColumn(from, name) ?? noOrigins }]
    })
  })
}
