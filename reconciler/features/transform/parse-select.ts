/** Parses a user's SQL with the engine, without running it: exactly one SELECT, as DuckDB's syntax tree. */
import { MainwardError } from '../../core/error.ts'
import type { Json } from '../../core/digest.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteText } from '../engine/quote.ts'
import { describePosition } from './describe-position.ts'

export type SyntaxTree = Json

export type ParsedSelect =
  { readonly type: 'select'; readonly node: SyntaxTree } | { readonly type: 'problem'; readonly problem: string }

interface Serialized {
  readonly error: boolean
  readonly error_type?: string
  readonly error_message?: string
  readonly position?: string
  readonly statements?: readonly { readonly node: SyntaxTree }[]
}

/** Positions are of the text that was given. */
export async function parseSelect(engine: Engine, sql: string): Promise<ParsedSelect> {
  const parsed = await serialize(engine, sql)
  if (parsed.error) {
    if (parsed.error_type === 'not implemented') return problem('it must be one SELECT, and nothing else')
    const at = parsed.position === undefined ? '' : ` (${describePosition(sql, Number(parsed.position))})`
    return problem(`${parsed.error_message ?? 'it cannot be parsed'}${at}`)
  }
  const [statement, ...more] = parsed.statements ?? []
  if (statement === undefined) return problem('it is empty: it must be one SELECT')
  if (more.length > 0) return problem(`it must be one SELECT, and has ${more.length + 1} statements`)
  return { type: 'select', node: statement.node }
}

async function serialize(engine: Engine, sql: string): Promise<Serialized> {
  try {
    const [row] = await engine.query(`select json_serialize_sql(${quoteText(sql)}) as tree`)
    return JSON.parse(String(row?.['tree'])) as Serialized
  } catch (thrown) {
    // Of some statements (PIVOT with values from the data) DuckDB makes several, and serializes none.
    if (thrown instanceof MainwardError && thrown.code === 'engine-failed') {
      return { error: true, error_message: thrown.message.split('\n')[0] ?? thrown.message }
    }
    throw thrown
  }
}

function problem(text: string): ParsedSelect {
  return { type: 'problem', problem: text }
}
