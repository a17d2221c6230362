/** What came of unit tests as text: one line a test, and below it what is wrong; and as a value for programs. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import { parseInstant } from '../../core/instant.ts'
import type { CellDifference, TestVerdict, ViewTestResult } from '../../features/unit-tests/test-result.ts'
import type { UnitTestReport } from '../../features/unit-tests/run-unit-tests.ts'
import { printable } from '../../manifests/findings-text.ts'
import type { Terminal, TextStyle } from '../context.ts'

const styles: Readonly<Record<TestVerdict, TextStyle>> = { passed: 'green', failed: 'red', 'not-run': 'red' }

const verdicts: readonly TestVerdict[] = ['passed', 'failed', 'not-run']

export function isPassed({ results }: UnitTestReport): boolean {
  return results.every(({ verdict }) => verdict === 'passed')
}

export function renderUnitTests({ results, untested }: UnitTestReport, style: Terminal['style']): string {
  return [
    ...results.flatMap((result) => renderTest(result, style)),
    ...untested.map((view) => `${style('dim', 'no test')}  ${view}`),
    countTests({ results, untested }),
    '',
  ].join('\n')
}

function renderTest(result: ViewTestResult, style: Terminal['style']): readonly string[] {
  const { view, test, verdict, problems, differences } = result
  return [
    `${style(styles[verdict], verdict.padEnd(7))}  ${view}: ${printable(test)}`,
    ...problems.map((problem) => `         ${printable(problem)}`),
    ...differences.flatMap((difference, at) => {
      const before = differences[at - 1]
      const head = before?.row === difference.row ? [] : [`         row ${difference.row}: ${describeRow(difference)}`]
      return [...head, `           ${describeValue(difference)}`]
    }),
  ]
}

/** `airport JFK, at 2013-01-01T08:00:00Z, as of 2013-01-01T07:45:00Z`; the last only where it is another time. */
function describeRow({ keys, at, asOf }: CellDifference): string {
  const parts = Object.entries(keys).map(([key, value]) => `${key} ${show(value)}`)
  if (at !== null) parts.push(`at ${show(at)}`)
  if (asOf !== null && parseInstant(String(at)) !== parseInstant(asOf)) parts.push(`values as of ${asOf}`)
  return parts.join(', ')
}

function describeValue({ column, expected, found, whyNoRow }: CellDifference): string {
  const missing = whyNoRow === null ? '' : ` (${whyNoRow})`
  return `${column}: expected ${printable(JSON.stringify(expected))}, found ${printable(JSON.stringify(found))}${missing}`
}

function show(value: CellDifference['at']): string {
  return printable(String(value))
}

function countTests({ results, untested }: UnitTestReport): string {
  const counts = verdicts.flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  const views = new Set(results.map(({ view }) => view)).size
  const tests = `${countNoun(results.length, 'test')} of ${countNoun(views, 'view')}`
  const without = untested.length === 0 ? '' : `; ${countNoun(untested.length, 'view')} without a test`
  return `${tests}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}${without}`
}
