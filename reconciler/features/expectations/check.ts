/** What an expectation asks the engine, and what it makes of the answer. Pure: SQL is text here, and answers are values. */
import type { Cell } from '../engine/engine.ts'

/** `not-evaluated` is not passed: there was nothing to look at, or it could not be asked. */
export type Verdict = 'passed' | 'failed' | 'not-evaluated'

/** Numbers of `observed` stand in the order in which the expectation names what was asked, as quantiles. */
export type Observed = Cell | readonly Cell[]

export interface Judgement {
  readonly verdict: Verdict
  /** Why it is not passed; null when it is. */
  readonly reason: string | null
  /** Rows that were looked at: all, or those that meet the row condition. Null where no rows are asked. */
  readonly elementCount: number | null
  /** Of these, the ones without a value to ask: null, or ignored by `ignore_row_if`. */
  readonly missingCount: number | null
  /** Of those with a value, the ones that do not meet the expectation; of sets, the different values that should not be there. */
  readonly unexpectedCount: number | null
  /** What was found, of an expectation that asks one thing of all rows. */
  readonly observed: Observed
}

/** Where unexpected rows are found. */
export interface UnexpectedRows {
  /** What stands behind FROM: the relation, or a query on it. */
  readonly source: string
  /** A condition in SQL. */
  readonly condition: string
  /** Columns whose values are shown. */
  readonly columns: readonly string[]
}

export interface Check {
  /** Expressions over the whole relation: aggregates or scalar subqueries. Each gives a number, a text, a boolean or a timestamp. */
  readonly expressions: readonly string[]
  /** Takes the values of the expressions, in their order. */
  judge(values: readonly Cell[]): Judgement
  /** Null where no rows are to blame. */
  readonly unexpected: UnexpectedRows | null
}

/** A count that the engine gave. */
export function readCount(value: Cell | undefined): number {
  if (typeof value !== 'bigint' && typeof value !== 'number') throw new Error(`expected a count, found ${String(value)}`)
  return Number(value)
}

/** The judgement on an expectation that could not be asked. */
export function notEvaluated(reason: string): Judgement {
  return { verdict: 'not-evaluated', reason, elementCount: null, missingCount: null, unexpectedCount: null, observed: null }
}
