/** Checks a condition in SQL over one relation: `where` of an aggregation, `row_condition` of an expectation. */
import { MainwardError } from '../../core/error.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { checkFunctions } from './check-functions.ts'
import { parseSelect, type SyntaxTree } from './parse-select.ts'
import { collectUses } from './walk-tree.ts'

/** What is wrong with it; none: `(CONDITION\n)` may stand in a statement over the relation. Nothing is run. */
export async function checkCondition(engine: Engine, condition: string, relation: string): Promise<readonly string[]> {
  const parsed = await parseSelect(engine, `select (${condition}\n)`)
  if (parsed.type === 'problem') return [parsed.problem]
  if (!isOneExpression(parsed.node)) return ['it must be one condition, and nothing else']
  const uses = collectUses(parsed.node)
  const problems = await checkFunctions(engine, uses, async () => {
    const rows = await engine.query(`select column_name as name from (describe ${quoteName(relation)})`)
    return new Set(rows.map(({ name }) => String(name).toLowerCase()))
  })
  if (problems.length > 0) return problems.map(({ text }) => text)
  return bind(engine, condition, relation)
}

/** Brackets that close too early would make more of it than an expression. */
function isOneExpression(tree: SyntaxTree): boolean {
  const node = tree as Readonly<Record<string, SyntaxTree>>
  const empty = (key: string): boolean => Array.isArray(node[key]) && node[key].length === 0
  const list = node['select_list']
  const from = node['from_table'] as Readonly<Record<string, SyntaxTree>> | undefined
  return (
    node['type'] === 'SELECT_NODE' &&
    Array.isArray(list) &&
    list.length === 1 &&
    (list[0] as Readonly<Record<string, SyntaxTree>>)['alias'] === '' &&
    from?.['type'] === 'EMPTY' &&
    empty('modifiers') &&
    empty('group_expressions') &&
    ['where_clause', 'having', 'qualify', 'sample'].every((key) => node[key] === null) &&
    !JSON.stringify(tree).includes('"class":"SUBQUERY"')
  )
}

/** In WHERE, DuckDB refuses aggregates and windows itself. */
async function bind(engine: Engine, condition: string, relation: string): Promise<readonly string[]> {
  try {
    const rows = await engine.query(
      `select column_type as type from (describe select (${condition}\n) as c from ${quoteName(relation)} where (${condition}\n))`,
    )
    const type = String(rows[0]?.['type'])
    return type === 'BOOLEAN' ? [] : [`it must be true or false, and is ${type}`]
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'engine-failed') throw thrown
    return [thrown.message]
  }
}
