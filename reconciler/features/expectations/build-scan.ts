/** Many questions to one relation as one statement: what is asked twice is computed once. Pure: text in, text out. */
import type { Cell, EngineRow } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'

/** Expressions over a whole relation: aggregates, or scalar subqueries. */
export interface Question {
  readonly expressions: readonly string[]
  /** Scalar queries that are computed once, before the scan: expressions name them as columns. */
  readonly constants?: Readonly<Record<string, string>>
}

export interface Scan {
  /** Null when nothing is asked of the rows. */
  readonly sql: string | null
  /** The values of the expressions of the question at this index, of the one row that the statement gives. */
  valuesOf(index: number, row: EngineRow | undefined): readonly Cell[]
}

export function buildScan(relation: string, questions: readonly Question[]): Scan {
  const names = new Map<string, string>()
  for (const expression of questions.flatMap(({ expressions }) => expressions)) {
    if (!names.has(expression)) names.set(expression, `v${names.size}`)
  }
  const constants = Object.entries(
    Object.assign({}, ...questions.map(({ constants = {} }) => constants)) as Readonly<Record<string, string>>,
  )
  const computed = constants.map(([name, query]) => `(${query}) AS ${quoteName(name)}`)
  const before = computed.length === 0 ? '' : `WITH constants AS MATERIALIZED (SELECT ${computed.join(', ')})\n`
  const beside = computed.length === 0 ? '' : ', constants'
  const selected = [...names].map(([expression, name]) => `${expression} AS ${name}`)
  return {
    sql: selected.length === 0 ? null : `${before}SELECT\n  ${selected.join(',\n  ')}\nFROM ${quoteName(relation)}${beside}`,
    valuesOf: (index, row) =>
      (questions[index]?.expressions ?? []).map((expression) => row?.[names.get(expression) ?? ''] ?? null),
  }
}
