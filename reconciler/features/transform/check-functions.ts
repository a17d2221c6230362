/** Which functions a feature may call: those whose answer depends on their arguments alone. Asks the engine what each one is. */
import type { Cell, Engine } from '../engine/engine.ts'
import { quoteText } from '../engine/quote.ts'
import { parseSelect } from './parse-select.ts'
import { collectUses, type TreeUse } from './walk-tree.ts'

/** Of table functions only those that read nothing. */
const tableFunctions: ReadonlySet<string> = new Set(['unnest', 'range', 'generate_series'])

/** DuckDB says CONSISTENT of these; what they answer is the session's, or drawn by lot. */
const wronglyConsistent: ReadonlySet<string> = new Set(
  'current_setting getvariable version getenv query query_table reservoir_quantile approx_quantile'.split(' '),
)

/** Names that SQL answers itself when no column has them. */
const sessionValues: ReadonlySet<string> = new Set(
  'current_date current_time current_timestamp localtime localtimestamp current_catalog current_schema current_role current_user session_user user'.split(
    ' ',
  ),
)

export interface FunctionProblem {
  readonly text: string
  readonly offset: number | null
}

interface Known {
  readonly type: string
  readonly stability: string | null
  readonly definition: string | null
}

/** `readColumns`: names that are columns, whatever they are called; asked only where one could be something else. */
export async function checkFunctions(
  engine: Engine,
  uses: {
    readonly functions: readonly TreeUse[]
    readonly tableFunctions: readonly TreeUse[]
    readonly names: readonly TreeUse[]
  },
  readColumns: () => Promise<ReadonlySet<string>>,
): Promise<readonly FunctionProblem[]> {
  const problems: FunctionProblem[] = []
  for (const { name, offset } of uses.tableFunctions) {
    if (!tableFunctions.has(name.toLowerCase()))
      problems.push({ text: `the table function ${name} is not allowed: a feature reads its inputs alone`, offset })
  }
  const session = uses.names.filter(({ name }) => sessionValues.has(name.toLowerCase()))
  const columns = session.length === 0 ? new Set<string>() : await readColumns()
  for (const { name, offset } of session) {
    if (!columns.has(name.toLowerCase())) problems.push({ text: reason(name), offset })
  }
  for (const use of uses.functions) {
    const name = use.name.toLowerCase()
    const bad = await findUnstable(engine, use, [])
    if (bad !== null)
      problems.push({ text: bad === name ? reason(name) : `${name} calls ${bad}: ${reason(bad)}`, offset: use.offset })
  }
  return problems
}

function reason(name: string): string {
  return `${name} is not allowed: its answer changes from run to run, and a feature must not`
}

/** The unstable function behind a name, itself or called by a macro; null when there is none. */
async function findUnstable(engine: Engine, use: TreeUse, above: readonly string[]): Promise<string | null> {
  const name = use.name.toLowerCase()
  // With one argument it is the age as of today.
  if (wronglyConsistent.has(name) || (name === 'age' && use.argumentCount === 1)) return name
  if (above.includes(name)) return null
  for (const { type, stability, definition } of await lookUp(engine, name)) {
    if (stability !== null && stability !== 'CONSISTENT') return name
    if (type !== 'macro' || definition === null) continue
    const bad = await findUnstableInMacro(engine, definition, [...above, name])
    if (bad !== null) return bad
  }
  return null
}

/** What cannot be looked into is not taken to be stable. */
async function findUnstableInMacro(engine: Engine, definition: string, above: readonly string[]): Promise<string | null> {
  const name = above.at(-1) ?? definition
  const parsed = await parseSelect(engine, `select ${definition}`)
  if (parsed.type === 'problem') return name
  const { functions, names, tables, tableFunctions: called } = collectUses(parsed.node)
  if (tables.length + called.length > 0 || names.some((each) => sessionValues.has(each.name.toLowerCase()))) return name
  for (const each of functions) {
    const bad = await findUnstable(engine, each, above)
    if (bad !== null) return bad
  }
  return null
}

async function lookUp(engine: Engine, name: string): Promise<readonly Known[]> {
  const rows = await engine.query(
    `select distinct function_type as type, stability, macro_definition as definition
     from duckdb_functions() where lower(function_name) = ${quoteText(name)}`,
  )
  const textOf = (cell: Cell | undefined): string | null => (typeof cell === 'string' ? cell : null)
  return rows.map(({ type, stability, definition }) => ({
    type: String(type),
    stability: textOf(stability),
    definition: textOf(definition),
  }))
}
