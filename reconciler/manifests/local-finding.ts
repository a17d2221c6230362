/** Makes findings: severity from the registry of rules, place from the caller. */
import { rules, type RuleId } from './explain.ts'
import type { LocalFinding, Position } from './parsed-file.ts'

/** What a check reports: rule, message, and a hint where one is known. */
export interface Problem {
  readonly rule: RuleId
  /** What was expected and what was found. */
  readonly message: string
  readonly hint?: string | undefined
}

export function findingAt(position: Position, problem: Problem): LocalFinding {
  const { rule, message, hint } = problem
  const { line, column } = position
  const severity = rules[rule].severity
  return hint === undefined ? { line, column, rule, message, severity } : { line, column, rule, message, hint, severity }
}
