/** The sections on tests: behaviour tests of a model, data checks, expectations, and unit tests of views. Pure. */
import type { DataCheckOutcome, Evaluation, ExpectationOutcome, OutcomeStatus, TestOutcome } from '../../core/evaluation.ts'
import type { FeatureTestOutcome, Report } from '../../core/report.ts'
import { code, listNames, paragraph, type Block, type Section, type Text } from '../document/document.ts'
import { formatCount, formatMetric } from '../document/format-number.ts'
import { verdictBadge } from './verdict-words.ts'

export function buildBehaviourTests({ tests }: Evaluation): readonly Section[] {
  if (tests.length === 0) return []
  const columns = [
    { title: 'Test' },
    { title: 'Sort' },
    { title: 'Result' },
    { title: 'Rows', align: 'right' } as const,
    { title: 'Failed', align: 'right' } as const,
    { title: 'What was found' },
  ]
  const rows = worstFirst(tests).map(({ name, type, status, rows: looked, failures, message }): readonly Text[] => [
    code(name),
    type,
    verdictBadge(status),
    formatCount(looked),
    formatCount(failures),
    message,
  ])
  const blocks = [paragraph(countStatuses(tests)), { type: 'table', columns, rows } as const, ...tests.flatMap(showExamples)]
  return [{ kind: 'tests', title: 'Behaviour tests', level: 3, isFolded: false, blocks }]
}

function showExamples({ name, examples }: TestOutcome): readonly Block[] {
  if (examples.length === 0) return []
  const text = examples.map((example) => JSON.stringify(example)).join('\n')
  return [{ type: 'details', summary: ['Rows that failed ', code(name)], blocks: [{ type: 'code', text }] }]
}

/** Checks that need no manifest, and expectations of the training set. */
export function buildDataChecks({ dataChecks, expectations }: Evaluation): readonly Section[] {
  if (dataChecks.length + expectations.length === 0) return []
  const blocks = [...(dataChecks.length === 0 ? [] : dataCheckBlocks(dataChecks)), ...expectationBlocks(expectations)]
  const isSound = [...dataChecks, ...expectations].every(({ status }) => status === 'passed')
  return [{ kind: 'data-checks', title: 'Training set', level: 3, isFolded: isSound, blocks }]
}

function dataCheckBlocks(checks: readonly DataCheckOutcome[]): readonly Block[] {
  const columns = [
    { title: 'Check' },
    { title: 'Columns' },
    { title: 'Result' },
    { title: 'Value', align: 'right' } as const,
    { title: 'Limit', align: 'right' } as const,
    { title: 'What was found' },
  ]
  const rows = worstFirst(checks).map(({ name, columns: about, status, value, limit, message }): readonly Text[] => [
    code(name),
    about.length === 0 ? 'all' : listNames(about),
    verdictBadge(status),
    formatFound(value),
    formatFound(limit),
    message,
  ])
  return [paragraph(`Checks of the data: ${countStatuses(checks)}`), { type: 'table', columns, rows }]
}

/** Sound ones are counted, the others shown. */
function expectationBlocks(expectations: readonly ExpectationOutcome[]): readonly Block[] {
  if (expectations.length === 0) return []
  const wrong = expectations.filter(({ status }) => status !== 'passed')
  const counted = paragraph(`Expectations: ${countStatuses(expectations)}`)
  if (wrong.length === 0) return [counted]
  const columns = [{ title: 'Expectation' }, { title: 'Severity' }, { title: 'Result' }, { title: 'What was found' }]
  const rows = worstFirst(wrong).map(({ name, severity, status, message }): readonly Text[] => [
    code(name),
    severity,
    verdictBadge(status),
    message,
  ])
  return [counted, { type: 'table', columns, rows }]
}

/** Unit tests of views, and expectations outside of training sets. */
export function buildFeatureTests({ featureTests, expectations }: Report): readonly Section[] {
  if (featureTests.length + expectations.length === 0) return []
  const blocks = [...(featureTests.length === 0 ? [] : featureTestBlocks(featureTests)), ...expectationBlocks(expectations)]
  return [{ kind: 'features', title: 'Features', level: 2, isFolded: false, blocks }]
}

function featureTestBlocks(tests: readonly FeatureTestOutcome[]): readonly Block[] {
  const wrong = tests.filter(({ status }) => status !== 'passed')
  const items = wrong.map(({ view, test, status, messages }): Text => {
    return [verdictBadge(status), ' ', code(`${view}: ${test}`), ...(messages.length === 0 ? [] : [`: ${messages.join('; ')}`])]
  })
  return [
    paragraph(`Unit tests of views: ${countStatuses(tests)}`),
    ...(items.length === 0 ? [] : [{ type: 'list', items } as const]),
  ]
}

function countStatuses(outcomes: readonly { readonly status: OutcomeStatus }[]): string {
  const count = (status: OutcomeStatus): number => outcomes.filter((outcome) => outcome.status === status).length
  const parts = [
    `${count('passed')} of ${outcomes.length} passed`,
    ...(count('failed') === 0 ? [] : [`${count('failed')} failed`]),
    ...(count('error') === 0 ? [] : [`${count('error')} could not be evaluated, which is not passed`]),
  ]
  return `${parts.join(', ')}.`
}

const order: Readonly<Record<OutcomeStatus, number>> = { failed: 0, error: 1, passed: 2 }

/** In their order otherwise. */
function worstFirst<Item extends { readonly status: OutcomeStatus }>(outcomes: readonly Item[]): readonly Item[] {
  return [...outcomes].sort((a, b) => order[a.status] - order[b.status])
}

/** Of a check: a share, or a number of something. */
function formatFound(value: number | null): string {
  if (value === null) return ''
  return Number.isInteger(value) ? formatCount(value) : formatMetric(value)
}
