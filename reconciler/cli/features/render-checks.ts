/** What came of the checks of data as text: one line for what is sound, and below each other relation what is wrong. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import { describeArguments, isNotPassed, isSoundRelation, type CheckResult, type ChecksReport, type RelationChecks } from '../../features/checks/checks-report.ts' // prettier-ignore
import { formatInstant } from '../../core/instant.ts'
import { printable } from '../../manifests/findings-text.ts'
import type { Terminal, TextStyle } from '../context.ts'

/** How many examples of one expectation are shown; a report has more. */
const shownExamples = 3

interface Shown {
  readonly text: string
  readonly style: TextStyle
}

const passed: Shown = { text: 'passed', style: 'green' }
/** Something is not passed, and nothing of it is critical. */
const warned: Shown = { text: 'warning', style: 'yellow' }
const failed: Shown = { text: 'failed', style: 'red' }

export function renderChecks({ atMicros, relations }: ChecksReport, style: Terminal['style']): string {
  const results = relations.flatMap((relation) => relation.results)
  const wrong = results.filter(isNotPassed).length
  const unread = relations.filter(({ problem }) => problem !== null).length
  const total = `${countNoun(results.length, 'check')} of ${countNoun(relations.length, 'source or view', 'sources and views')} as of ${formatInstant(atMicros)}`
  const parts = [`${results.length - wrong} passed`, ...(wrong === 0 ? [] : [`${wrong} not passed`])]
  const rest = unread === 0 ? '' : `; the rows of ${unread} cannot be had`
  return `${relations.map((relation) => renderRelation(relation, style)).join('')}${total}: ${parts.join(', ')}${rest}\n`
}

function renderRelation(relation: RelationChecks, style: Terminal['style']): string {
  const { kind, name, problem, rows, results, readers } = relation
  const wrong = results.filter(isNotPassed)
  const verdict = isSoundRelation(relation) ? (wrong.length === 0 ? passed : warned) : failed
  const counted =
    results.length === 0 ? 'no checks' : `${results.length - wrong.length} of ${countNoun(results.length, 'check')} passed`
  const head = `${style(verdict.style, verdict.text.padEnd(7))}  ${kind}/${name}: ${rows === null ? '' : `${countNoun(rows, 'row')}, `}${counted}`
  if (verdict === passed) return `${head}\n`
  const reached = readers.length === 0 ? 'nothing reads it' : `read by ${readers.join(', ')}`
  const lines = problem === null ? wrong.flatMap(describeCheck) : [printable(problem)]
  return [head, ...lines.map((line) => `         ${line}`), `         ${reached}`, ''].join('\n')
}

function describeCheck(result: CheckResult): readonly string[] {
  const state = `${result.severity}, ${result.verdict}`
  const reason = printable(result.reason ?? '')
  if (result.check !== 'expectation') return [`${result.check} (${state}): ${reason}`]
  const { expectation, examples } = result
  const condition = expectation.rowCondition === null ? '' : ` where ${printable(expectation.rowCondition)}`
  return [
    `${expectation.name} (${state}): ${reason}`,
    `  ${printable(describeArguments(expectation))}${condition}`,
    ...examples
      .slice(0, shownExamples)
      .map(({ row, values }) => `  ${describeCells(row, true)}: ${describeCells(values, false)}`),
  ]
}

/** `row 3`, `airport JFK`; of values with quotes, so that a text is told from a number. */
function describeCells(cells: CheckResultCells, isPlace: boolean): string {
  const shown = Object.entries(cells).map(([name, value]) => {
    return `${name === '__row' ? 'row' : name} ${isPlace ? String(value) : JSON.stringify(value)}`
  })
  return printable(shown.join(', '))
}

type CheckResultCells = Extract<CheckResult, { check: 'expectation' }>['examples'][number]['row']
