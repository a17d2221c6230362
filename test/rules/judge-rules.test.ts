/** Rules of all sorts of one gate: results, expressions, what blocks, and what is asked to be measured. */
import { describe, expect, it } from 'vitest'
import type { Evaluation } from '../../reconciler/core/evaluation.ts'
import type { ExpressionRule, ResultsRule, Rule, RuleSet } from '../../reconciler/core/rule.ts'
import { judgeRules } from '../../reconciler/rules/judge-rules.ts'
import { wantedMeasurements } from '../../reconciler/rules/wanted-measurements.ts'
import { evaluationOf, metricRule, ruleSetOf } from './support/evaluation-of.ts'

const told = { severity: 'critical', onInconclusive: 'block' } as const
const results = (type: ResultsRule['type'], names: ResultsRule['names'] = 'all'): ResultsRule => ({
  type,
  name: type,
  ...told,
  names,
})
const expression = (cel: string): ExpressionRule => ({ type: 'expression', name: cel, ...told, cel })

const artifact = { sizeBytes: 2_000, opset: 15 }
const dataset = { rows: { train: 800, test: 200 } }

const outcome = (name: string, status: 'passed' | 'failed' | 'error') =>
  ({ name, type: 'range', status, message: `${name} is ${status}`, rows: 1, failures: 0, examples: [] }) as const

const evaluation: Evaluation = evaluationOf([{ estimate: 0.7, low: 0.65, high: 0.75 }], {
  tests: [outcome('golden', 'passed'), outcome('range', 'failed'), outcome('latency', 'error')],
  expectations: [
    { name: 'a', severity: 'critical', status: 'passed', message: '' },
    { name: 'b', severity: 'warning', status: 'failed', message: '' },
  ],
})

function judgeOne(rule: Rule, changes: Partial<RuleSet> = {}, of: Evaluation | null = evaluation) {
  const verdict = judgeRules(ruleSetOf([rule], changes), { evaluation: of, artifact, dataset })
  const [first] = verdict.rules
  if (first === undefined) throw new Error('no rule was judged')
  return { ...first, gate: verdict.verdict, gateBlocks: verdict.blocks }
}

describe('a rule on results', () => {
  it.each<[string, Rule, string, string]>([
    ['fails with the first that is not passed', results('tests'), 'failed', 'tests-failed'],
    ['passes when those that are named do', results('tests', ['golden']), 'passed', 'tests-passed'],
    ['fails by what could not be evaluated', results('tests', ['latency']), 'failed', 'tests-failed'],
    ['is not decided by what is not there', results('tests', ['golden', 'other']), 'inconclusive', 'not-measured'],
    ['counts critical expectations alone', results('expectations'), 'passed', 'expectations-passed'],
    ['says that there is nothing to check', results('dataChecks'), 'passed', 'nothing-to-check'],
  ])('%s', (_, rule, verdict, reason) => expect(judgeOne(rule)).toMatchObject({ verdict, reason }))

  it('names what failed, and how many', () => {
    expect(judgeOne(results('tests')).message).toBe('2 of 3 behaviour tests not passed: range: range is failed (and 1 more)')
  })
})

describe('a rule in CEL', () => {
  it.each<[string, string, string, string]>([
    ['artifact.sizeBytes < 10000 && artifact.opset == 15', 'passed', 'condition-met', 'artifact.sizeBytes is 2000, artifact.opset is 15'],
    ['metrics.roc_auc.low > 0.66', 'failed', 'condition-not-met', 'metrics.roc_auc.low is 0.65'],
    ['metrics.log_loss.estimate < 0.5', 'inconclusive', 'undefined', 'metrics.log_loss.estimate is not known'],
    ['double(data.rows.train) / double(data.rows.test) >= 4', 'passed', 'condition-met', 'data.rows.train is 800, data.rows.test is 200'],
    ['data.rows.train - tests.total > 0 && tests.failed == 1 && tests.errors == 1', 'passed', 'condition-met', 'data.rows.train is 800, tests.total is 3, tests.failed is 1, tests.errors is 1'],
    ['double(data.rows.train) / double(dataChecks.total) > 0', 'failed', 'evaluation-error', 'it can not be computed: data.rows.train is 800, dataChecks.total is 0'],
    ['data.rows.validation > 0', 'inconclusive', 'undefined', 'data.rows.validation is not known'],
    ['metrics["pinball_0.1"].high < 1.0', 'inconclusive', 'undefined', 'metrics.pinball_0.1.high is not known'],
  ])('%s', (cel, verdict, reason, message) => expect(judgeOne(expression(cel))).toMatchObject({ verdict, reason, message })) // prettier-ignore

  it('is judged by the model file alone where there is no evaluation', () => {
    expect(judgeOne(expression('artifact.sizeBytes < 10'), {}, null).verdict).toBe('failed')
    expect(judgeOne(expression('tests.failed == 0'), {}, null)).toMatchObject({ verdict: 'inconclusive', reason: 'undefined' })
  })
})

describe('what blocks', () => {
  const failing = metricRule({ bound: { type: 'atLeast', value: 0.9 } })
  const open = metricRule({ bound: { type: 'atLeast', value: 0.7 } })
  it.each<[string, Rule, Partial<RuleSet>, Partial<ReturnType<typeof judgeOne>>]>([
    ['a failed rule', failing, {}, { blocks: true, gate: 'failed', gateBlocks: true }],
    ['not one that only warns', { ...failing, severity: 'warn' }, {}, { blocks: false, gate: 'passed', gateBlocks: false }],
    ['an undecided rule', open, {}, { blocks: true, gate: 'inconclusive', gateBlocks: true }],
    ['not one that warns then', { ...open, onInconclusive: 'warn' }, {}, { blocks: false, gate: 'inconclusive' }],
    ['a failed one also then', { ...failing, onInconclusive: 'warn' }, {}, { blocks: true }],
    ['nothing of a gate that warns', failing, { enforcement: 'warn' }, { blocks: false, gate: 'failed', gateBlocks: false }],
    ['nothing of a gate that measures', failing, { enforcement: 'measure' }, { blocks: false, gate: 'failed' }],
  ])('%s', (_, rule, changes, expected) => expect(judgeOne(rule, changes)).toMatchObject(expected))

  it('a version that was never evaluated', () => {
    expect(judgeOne(open, {}, null)).toMatchObject({ verdict: 'inconclusive', reason: 'not-measured', blocks: true })
  })
})

describe('what is to be measured', () => {
  it('is what rules hold against a bound, the two values of a comparison, and those of compared groups, each once', () => {
    const rules: readonly Rule[] = [
      metricRule({ bound: { type: 'atLeast', value: 0.6 } }),
      metricRule({ bound: { type: 'noWorseThan', reference: 'production', margin: 0 }, by: ['carrier'], minGroup: 300 }),
      metricRule({ metric: 'selection_rate', bound: { type: 'ratioAtLeast', value: 0.8 }, by: ['race', 'sex'], minGroup: 50 }),
      results('tests'),
      expression('metrics.roc_auc.low > 0.5 && metrics.brier.estimate < 0.2'),
    ]
    const all = { by: [], across: null, minGroup: null }
    const carrier = { by: ['carrier'], across: null, minGroup: 300 }
    expect(wantedMeasurements([ruleSetOf(rules), ruleSetOf(rules)])).toEqual([
      { metric: 'roc_auc', of: 'candidate', ...all },
      { metric: 'roc_auc', of: 'difference-to-production', ...carrier },
      { metric: 'roc_auc', of: 'candidate', ...carrier },
      { metric: 'roc_auc', of: 'production', ...carrier },
      { metric: 'selection_rate', of: 'candidate', by: ['race', 'sex'], across: 'ratio', minGroup: 50 },
      { metric: 'selection_rate', of: 'candidate', by: ['race', 'sex'], across: null, minGroup: null },
      { metric: 'brier', of: 'candidate', ...all },
    ])
  })
})

it('blocks where a change no longer keeps the column of a rule, also where an undecided one only warns', () => {
  const bound = { type: 'atLeast', value: 0.6 } as const
  const rule = metricRule({ by: ['carrier'], minGroup: 300, bound, onInconclusive: 'warn' })
  const judged = { evaluation: evaluationOf([{}]), artifact: { sizeBytes: 1 }, dataset: null }
  const verdictOf = (columns?: readonly string[]) => judgeRules(ruleSetOf([rule]), { ...judged, ...(columns && { columns }) }).rules[0] // prettier-ignore
  expect(verdictOf(['origin'])).toMatchObject({ verdict: 'inconclusive', blocks: true, reason: 'column-dropped' })
  expect(verdictOf(['origin'])?.message).toBe(
    'roc_auc by carrier can not be measured: this change no longer keeps carrier beside its rows, since none of its own rules or slices names it; ' +
      'keep the rule, or take it away in a change of its own that is merged first',
  )
  // The column is there, or nobody knows: it was not measured for another reason.
  expect(verdictOf(['carrier'])).toMatchObject({ verdict: 'inconclusive', blocks: false, reason: 'not-measured' })
  expect(verdictOf()).toMatchObject({ blocks: false, reason: 'not-measured' })
})
