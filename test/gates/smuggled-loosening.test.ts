/** Ways to make a model pass more easily without touching the number of a rule, tried on the example repository: each is told. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { isLooser, type RuleChange } from '../../reconciler/core/loosening.ts'
import type { Resource } from '../../reconciler/core/resource.ts'
import { chooseJudges } from '../../reconciler/gates/choose-judges.ts'
import { assessLoosening } from '../../reconciler/gates/loosening/assess-loosening.ts'
import type { ModelSpec } from '../../reconciler/manifests/kinds/model.ts'
import { assembleCommit } from '../../reconciler/manifests/assemble.ts'
import { parse } from '../manifests/commit-of.ts'

type Texts = Readonly<Record<string, string>>

const folder = join(packageRoot, 'example-repo')
const flights = 'models/flight-delay/model.yaml'
const loans = 'models/loan-approval/model.yaml'
const policy = 'policies/fair-lending.yaml'
const quality = 'policies/tabular-quality.yaml'

/** Without versions and rollouts: what judges is all there. */
const texts: Texts = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(mainward|features\/.*|policies\/.*|models\/[^/]*\/model)\.yaml$/.test(path))
    .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
)

function resourcesOf(files: Texts): readonly Resource[] {
  const parsed = Object.entries(files).map(([path, text]) => ({ path, parsed: parse(text) }))
  const { resources, findings } = assembleCommit({ files: parsed, artifacts: new Map() }, { mode: 'reconciled' })
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return resources
}

type Edit = readonly [path: string, from: string, to: string]

function edited(...edits: readonly Edit[]): readonly Resource[] {
  const files: Record<string, string> = { ...texts }
  for (const [path, from, to] of edits) {
    const text = files[path] ?? ''
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
    files[path] = text.replace(from, to)
  }
  return resourcesOf(files)
}

const base = resourcesOf(texts)
const commits = { before: 'b'.repeat(40), after: null }
const changesBetween = (before: readonly Resource[], after: readonly Resource[]): readonly RuleChange[] =>
  assessLoosening({ before, after, commits }).changes
const words = ({ kind, name, rule, direction, before, after }: RuleChange): string =>
  `${direction} ${kind} ${name}, ${rule}: ${after}, was ${before}`

describe('what decides how a model is judged', () => {
  const data = 'data: { from: 2013-01-15, until: 2013-06-01, splitBy: sched_dep, validation: 14d, test: 14d }'
  const loansSplit = 'splitBy: synthetic_applied_at, validation: 876h, test: 2628h'
  const changed = (name: string, what: string, direction = 'changed') => `${direction} Model ${name}, ${what}`
  it.each<[string, Edit, string]>([
    ['rows in place of days', [flights, '    resampleBy: day\n', ''], changed('flight-delay', 'evaluation.resampleBy: rows are drawn one by one, was whole days are drawn', 'loosened')],
    ['another thing that is drawn', [flights, 'resampleBy: day', 'resampleBy: carrier'], changed('flight-delay', 'evaluation.resampleBy: all rows of one carrier are drawn together, was whole days are drawn')],
    ['a shorter test part', [flights, 'test: 14d }', 'test: 3d }'], changed('flight-delay', 'training.data.test: the test part judges: 3 days, was the test part judges: 14 days', 'loosened')],
    ['the part that parameters were chosen by', [flights, ', test: 14d }', ' }'], changed('flight-delay', 'training.data.test: the validation part judges: 14 days, was the test part judges: 14 days', 'loosened')],
    ['an end before the hard month', [flights, 'until: 2013-06-01', 'until: 2013-03-01'], changed('flight-delay', 'training.data.until: 2013-03-01, was 2013-06-01')],
    ['another time to split by', [loans, loansSplit, 'validation: 876h, test: 2628h'], changed('loan-approval', 'training.data.splitBy: predictAt, was synthetic_applied_at')],
    ['weights', [flights, '    # What is served is changed', '    weights: distance\n    # What is served is changed'], changed('flight-delay', 'training.weights: distance, was every row counts the same')],
    ['the other class', [loans, '  evaluation:\n', '  evaluation:\n    positiveClass: 0\n'], changed('loan-approval', 'evaluation.positiveClass: 0, was null')],
    ['another label', [flights, 'knownAt: arrived_at', 'knownAt: sched_dep'], changed('flight-delay', 'label: {"column":"arr_delayed","knownAt":"sched_dep","predictAt":"predict_at","source":"flights"}, was {"column":"arr_delayed","knownAt":"arrived_at","predictAt":"predict_at","source":"flights"}')],
    ['a slice that nobody sees', [loans, '      - { by: race, minGroup: 50 }\n', ''], changed('loan-approval', 'evaluation.slices: null, was race, groups of at least 50 rows', 'removed')],
    ['groups that are too small now', [loans, '{ by: race, minGroup: 50 }', '{ by: race, minGroup: 500 }'], changed('loan-approval', 'evaluation.slices: race, groups of at least 500 rows, was race, groups of at least 50 rows', 'loosened')],
    ['a metric that nobody sees', [loans, '  evaluation:\n', '  evaluation:\n    metrics: [roc_auc, log_loss, brier]\n'], changed('loan-approval', 'evaluation.metrics: null, was ece', 'removed')],
    ['a lower tier', [loans, '  task: binary-classification\n', '  task: binary-classification\n  riskTier: low\n'], changed('loan-approval', 'riskTier: low, was medium', 'loosened')],
  ])('%s', (_, edit, expected) => {
    const found = changesBetween(base, edited(edit))
    expect(found.map(words)).toEqual([expected])
    expect(found.every(isLooser)).toBe(true)
  }) // prettier-ignore

  it('is not what every pull request changes: newer rows, other parameters, a threshold, a longer validation part', () => {
    const edits: readonly Edit[] = [
      [flights, data, data.replace('until: 2013-06-01', 'until: 2013-07-01').replace('validation: 14d', 'validation: 60d')],
      [flights, 'learning_rate: 0.08', 'learning_rate: 0.1'],
      [flights, 'threshold: 0.5', 'threshold: 0.4'],
    ]
    expect(changesBetween(base, edited(...edits))).toEqual([])
    const longer = changesBetween(base, edited([flights, 'test: 14d }', 'test: 28d }']))
    expect([longer.map(({ direction }) => direction), longer.some(isLooser)]).toEqual([['tightened'], false])
  })

  it('is a definition of the rows with labels, and of what must hold for rows', () => {
    const sources = 'features/sources.yaml'
    const range = 'expect_column_values_to_be_between: { column: visib, min_value: 0, max_value: 10 }'
    const found = (...edits: readonly Edit[]) => changesBetween(base, edited(...edits)).map(words)
    expect(found([sources, 'file: data/flights.parquet', 'file: data/easy-flights.parquet'])).toEqual([
      expect.stringMatching(/^changed DataSource flights, rows with labels: files data\/easy-flights\.parquet, definition sha256:\w{12}, was files data\/flights\.parquet, definition sha256:\w{12}$/), // prettier-ignore
    ])
    // Of a source without labels the rows are features: their change is told as an input.
    expect(found([sources, 'file: data/weather_hourly.parquet', 'file: data/other.parquet'])).toEqual([])
    const place = 'DataSource weather_hourly, expect_column_values_to_be_between(visib)'
    const written = '{"column":"visib","max_value":10,"min_value":0}'
    expect(found([sources, `    - ${range}\n`, ''])).toEqual([`removed ${place}: null, was ${written}, critical`])
    expect(found([sources, range, range.replace('10 }', '10, severity: warning }')])).toEqual([
      `loosened ${place}: ${written}, warning, was ${written}, critical`,
    ])
    expect(found([sources, range, range.replace('10 }', '10, mostly: 0.5 }')])).toEqual([
      `loosened ${place}: ${written}, mostly 0.5, critical, was ${written}, critical`,
    ])
    expect(found([sources, range, range.replace('10 }', '99 }')])[0]).toMatch(/^changed DataSource weather_hourly/)
    expect(found(['features/weather.yaml', 'min_value: 0, max_value: 150 }', 'min_value: 0 }'])).toHaveLength(1)
  })
})

describe('rules that go another way than by their number', () => {
  const directions = (...edits: readonly Edit[]) => changesBetween(base, edited(...edits)).map(({ kind, name, rule, direction }) => [direction, kind, name, rule].join(' ')) // prettier-ignore
  it.each<[string, readonly Edit[], readonly string[]]>([
    ['a gate that the model no longer names', [[flights, '  gates:\n    - tabular-quality\n', '']], ['removed Model flight-delay ']],
    ['a gate under another name', [[flights, '    - tabular-quality', '    - mine'], [quality, 'name: tabular-quality', 'name: mine']], ['removed Gate tabular-quality ', 'added Gate mine ', 'removed Model flight-delay ', 'added Model flight-delay ']],
    ['a policy that the model no longer names', [[loans, '  fairness:\n    - fair-lending\n', '']], ['removed Model loan-approval ']],
    ['an enforcement that only warns', [[quality, 'spec:\n', 'spec:\n  enforcement: warn\n']], ['loosened Gate tabular-quality ']],
    ['an enforcement that only measures', [[policy, 'spec:\n', 'spec:\n  enforcement: measure\n']], ['loosened FairnessPolicy fair-lending ']],
    ['another attribute', [[policy, 'selection_rate, by: sex', 'selection_rate, by: race'], [policy, 'by: race, ratioAtLeast: 0.8, minGroup: 50, judge: point }\n', 'by: sex, ratioAtLeast: 0.1, minGroup: 50, judge: point }\n']], ['loosened FairnessPolicy fair-lending selection_rate ratio by sex']],
    ['a test that is gone', [[flights, '    - { name: fast, latency: { p99: 20ms } }\n', '']], ['removed Model flight-delay fast']],
    ['a test that tolerates more', [[flights, 'tolerance: 0.05', 'tolerance: 0.5']], ['changed Model flight-delay later when the airport was late']],
    ['a budget that is larger', [[flights, 'atMost: 1Mi', 'atMost: 100Mi']], ['changed Model flight-delay small']],
    ['a model under another name', [[loans, 'name: loan-approval', 'name: loan-approval-2'], [loans, '  fairness:\n    - fair-lending\n', '']], ['removed Model loan-approval ']],
  ])('%s', (_, edits, expected) => expect(directions(...edits)).toEqual(expected)) // prettier-ignore
})

it('rules that are the same before and after are not measured twice, so that nothing is judged again once it is merged', () => {
  const after = edited([flights, '    resampleBy: day\n', ''])
  const spec = after.find(({ kind, metadata }) => kind === 'Model' && metadata.name === 'flight-delay')?.spec as ModelSpec
  const loosening = assessLoosening({ before: base, after, commits })
  const judges = chooseJudges({ after, base: { before: base, loosening } }, 'flight-delay', spec)
  expect([loosening.judgedBy, judges.besides]).toEqual([commits.before, []])
})
