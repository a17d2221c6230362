/** Findings: problems in what a person wrote. Returned, never thrown; all of them at once. */

export type Severity = 'error' | 'warning'

/** One problem and its place. Lines and columns count from 1; columns count UTF-16 code units. */
export interface Finding {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Id of the rule, kebab case; `mainward explain RULE` describes it. */
  readonly rule: string
  /** What was expected and what was found. */
  readonly message: string
  /** What to do, where it is known (for example the nearest name). */
  readonly hint?: string
  readonly severity: Severity
}

/** The order in which findings are printed: by file, line, column, rule. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message)
  )
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error')
}

/** Order by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
