/** Findings as text for people, JSON for programs, and workflow commands for GitHub. */
import { countNoun } from '../core/count-noun.ts'
import { compareFindings, type Finding } from '../core/finding.ts'
import { printable } from '../core/printable.ts'

// Where commands look for it.
export { printable }

export const findingFormats = ['text', 'json', 'github'] as const

export type FindingFormat = (typeof findingFormats)[number]

/** All findings, sorted; empty text (or an empty list) for none. Ends with a line break unless it is empty. */
export function renderFindings(findings: readonly Finding[], format: FindingFormat): string {
  const sorted = [...findings].sort(compareFindings)
  switch (format) {
    case 'text':
      return sorted.map(textLine).join('')
    case 'json':
      return `${JSON.stringify(sorted, null, 2)}\n`
    case 'github':
      return sorted.map(githubLine).join('')
  }
}

/** `2 errors, 1 warning`. */
export function countFindings(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  return `${countNoun(errors, 'error')}, ${countNoun(findings.length - errors, 'warning')}`
}

function textLine({ file, line, column, rule, message, hint, severity }: Finding): string {
  const label = severity === 'warning' ? `${rule} (warning)` : rule
  const place = `${printable(file)}:${line}:${column} ${label}  ${printable(message)}\n`
  return hint === undefined ? place : `${place}    ${printable(hint)}\n`
}

/** A workflow command of GitHub Actions (docs.github.com, "Workflow commands for GitHub Actions", setting an error message). */
function githubLine({ file, line, column, rule, message, hint, severity }: Finding): string {
  const properties = { file, line, col: column, title: rule }
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
  const text = hint === undefined ? message : `${message}\n${hint}`
  return `::${severity} ${list.join(',')}::${escapeData(text)}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
