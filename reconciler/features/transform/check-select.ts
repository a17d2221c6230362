/** Checks one SELECT of a user before it runs: what it reads, what it calls, which columns it gives. */
import { MainwardError } from '../../core/error.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { checkFunctions } from './check-functions.ts'
import { describePosition } from './describe-position.ts'
import { keepsOrder } from './keeps-order.ts'
import { parseSelect } from './parse-select.ts'
import { collectUses, type TreeUse } from './walk-tree.ts'

export interface ResultColumn {
  readonly name: string
  /** DuckDB's. */
  readonly type: string
}

export interface CheckedSelect {
  /** Empty when there are problems. */
  readonly columns: readonly ResultColumn[]
  readonly problems: readonly string[]
  /** Whether its rows come in the order of what it reads, on any number of threads. */
  readonly keepsOrder: boolean
}

type Described = Omit<CheckedSelect, 'keepsOrder'>

/** The relations must be there, and may be empty: nothing is run. */
export async function checkSelect(engine: Engine, sql: string, relations: readonly string[]): Promise<CheckedSelect> {
  const parsed = await parseSelect(engine, sql)
  if (parsed.type === 'problem') return { columns: [], problems: [parsed.problem], keepsOrder: false }
  const uses = collectUses(parsed.node)
  const where = ({ offset }: Pick<TreeUse, 'offset'>): string => (offset === null ? '' : ` (${describePosition(sql, offset)})`)
  const problems = [
    ...uses.tables
      .filter(({ name }) => !relations.includes(name))
      .map((use) => `${use.name} is no input of the view${where(use)}`),
    ...uses.refused.map((use) => `${use.name} is not allowed in a feature${where(use)}`),
    ...(await checkFunctions(engine, uses, () => columnsOf(engine, relations))).map((use) => `${use.text}${where(use)}`),
  ]
  const described = problems.length > 0 ? { columns: [], problems } : await describeSelect(engine, sql)
  return { ...described, keepsOrder: keepsOrder(parsed.node) }
}

async function columnsOf(engine: Engine, relations: readonly string[]): Promise<ReadonlySet<string>> {
  const found: string[] = []
  for (const relation of relations) {
    const rows = await engine.query(`select column_name as name from (describe ${quoteName(relation)})`)
    found.push(...rows.map(({ name }) => String(name).toLowerCase()))
  }
  return new Set(found)
}

/** Binds the statement: names and types are checked. A line of ours stands above the user's. */
async function describeSelect(engine: Engine, sql: string): Promise<Described> {
  try {
    const rows = await engine.query(`describe\n${withoutEnd(sql)}`)
    const columns = rows.map(({ column_name, column_type }) => ({ name: String(column_name), type: String(column_type) }))
    const problems = twice(columns)
    return problems.length > 0 ? { columns: [], problems } : { columns, problems }
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'engine-failed') throw thrown
    return { columns: [], problems: [userLines(thrown.message)] }
  }
}

function twice(columns: readonly ResultColumn[]): readonly string[] {
  const lower = columns.map(({ name }) => name.toLowerCase())
  return columns
    .filter((_, at) => lower.indexOf(lower[at] ?? '') !== at)
    .map(({ name }) => `two columns of the result are named ${name}: name each once; the engine does not tell case apart`)
}

/** DuckDB counts from our line above. */
function userLines(message: string): string {
  return message.replace(/LINE (\d+):/g, (_, line: string) => `LINE ${Number(line) - 1}:`)
}

/** One statement was parsed: what follows its last semicolon is a comment or nothing. */
export function withoutEnd(sql: string): string {
  return sql.replace(/[\s;]+$/, '')
}
