/**
 * Reports of the example's models. Measurements are those of make-evaluations.py (onnxruntime, numpy, scikit-learn); verdicts are held against
 * them by hand.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../../reconciler/core/digest.ts'
import type { Evaluation, ReplayOutcome, TestOutcome } from '../../../reconciler/core/evaluation.ts'
import type { Evidence, RunEvidence } from '../../../reconciler/core/evidence.ts'
import type { Subject } from '../../../reconciler/core/measurement.ts'
import type { ModelReport, Report } from '../../../reconciler/core/report.ts'
import type { GateVerdict, JudgedValue, ModelVerdict, RuleVerdict, Verdict } from '../../../reconciler/core/verdict.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { buildReport, type ReportParts } from '../../../reconciler/reports/build-report.ts'

type Measured = Omit<Evaluation, 'tests' | 'expectations' | 'dataChecks'>

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}`

function readEvaluation(name: string): Evaluation {
  const measured = JSON.parse(readFileSync(join(packageRoot, `test/reports/fixtures/${name}.json`), 'utf8')) as Measured
  return { ...measured, tests: [], expectations: [], dataChecks: [] }
}

/** The value of a measurement, judged. */
function judged(evaluation: Evaluation, metric: string, of: Subject, verdict: Verdict): JudgedValue {
  const found = evaluation.measurements.find((value) => value.metric === metric && value.of === of && value.group === undefined)
  if (found === undefined) throw new Error(`the fixture has no ${metric} of ${of}`)
  const { estimate, low, high, rows, method, across } = found
  return {
    verdict,
    of,
    estimate,
    low,
    high,
    rows,
    ...(method === undefined ? {} : { method }),
    ...(across === undefined ? {} : { across }),
  }
}

interface RuleParts extends Omit<RuleVerdict, 'severity' | 'blocks' | 'decidedBy'> {
  readonly severity?: RuleVerdict['severity']
  readonly of?: Subject
}

function rule(evaluation: Evaluation, { of = 'candidate', severity = 'critical', ...parts }: RuleParts): RuleVerdict {
  const decidedBy = parts.metric === undefined ? {} : { decidedBy: judged(evaluation, parts.metric, of, parts.verdict) }
  return { ...parts, severity, blocks: severity === 'critical' && parts.verdict !== 'passed', ...decidedBy }
}

function gate(kind: GateVerdict['kind'], name: string, rules: readonly RuleVerdict[]): ModelVerdict {
  const verdicts = rules.filter(({ severity }) => severity === 'critical').map(({ verdict }) => verdict)
  const verdict = verdicts.includes('failed') ? 'failed' : verdicts.includes('inconclusive') ? 'inconclusive' : 'passed'
  const blocks = rules.some((judgedRule) => judgedRule.blocks)
  return { verdict, blocks, gates: [{ kind, name, enforcement: 'block', digest: digest('9'), verdict, blocks, rules }] }
}

const flightTests: readonly TestOutcome[] = [
  {
    name: 'known flights',
    type: 'golden',
    status: 'passed',
    message: '3 rows have the score that is expected',
    rows: 3,
    failures: 0,
    examples: [],
  },
  {
    name: 'nothing known',
    type: 'missing',
    status: 'passed',
    message: 'a row without any value has a finite score',
    rows: 1,
    failures: 0,
    examples: [],
  },
  {
    name: 'more delays, not less risk',
    type: 'directional',
    status: 'failed',
    message: 'carrier_delay_rate_7d + 0.1: the score may not fall; it falls in 9 of 200 rows, at most 2 may',
    rows: 200,
    failures: 9,
    examples: [{ row: 17, carrier_delay_rate_7d: { from: 0.21, to: 0.31 }, score: { before: 0.6214, after: 0.5931 } }],
  },
]

const run: RunEvidence = {
  id: 'run-20130601-7f3a',
  trainedAt: '2026-11-27T14:21:07Z',
  seconds: 21.4,
  peakMemoryBytes: 641_728_512,
  commit: '8d1f0c5b7a3e92d4f6108b1c2d3e4f5a6b7c8d9e',
  dirty: false,
  runtimes: { node: '20.20.2', python: '3.11.7', onnxruntime: '1.30.0' },
  packages: ['scikit-learn==1.9.1', 'numpy==2.4.6', 'skl2onnx==1.20.0'],
  machine: { os: 'linux 6.1', cpus: 2, memoryBytes: 8_589_934_592 },
  detected: { early_stopping: false },
  reported: { validation_log_loss: 0.5312 },
  warnings: ['early_stopping was not given; the trainer had false'],
}

const flightData: Pick<Evidence, 'evidenceVersion' | 'inputsDigest' | 'dataset' | 'digest'> = {
  evidenceVersion: 1,
  inputsDigest: digest('1'),
  dataset: {
    digest: 'sha256:19d50b9952082476edd7b9a0e853c297e8c425e3ef20ddb16879bd1991f2b1ac',
    trainingInputs: 'sha256:05c1300ddabd8e5d89f5fd160fb142f2964c61f0441fdaa27615475ef38669cd',
    asOf: '2013-06-01T00:00:00Z',
    rows: { train: 96_337, validation: 12_810, test: 12_423 },
    label: 'arr_delayed',
  },
  digest: digest('2'),
}

const flightTraining: Evidence['training'] = {
  command: ['python3', 'training/train.py'],
  parameters: { learning_rate: 0.08, max_iter: 120, max_leaf_nodes: 15, class_weight: 'balanced' },
  seed: 7,
  files: digest('3'),
  requirements: digest('4'),
}

interface PlainBound {
  readonly type: 'atLeast' | 'atMost'
  readonly value: number
}

interface Said {
  readonly metric: string
  readonly of: Subject
  readonly verdict: Verdict
  readonly bound: string
  readonly more?: string
}

/** In the words of reconciler/rules. */
function say(evaluation: Evaluation, { metric, of, verdict, bound, more = '' }: Said): string {
  const { estimate, low, high } = judged(evaluation, metric, of, verdict)
  const sign = (value: number | null): string =>
    `${of === 'candidate' || (value ?? 0) <= 0 ? '' : '+'}${Number((value ?? 0).toPrecision(4))}`
  const decided = {
    passed: `within ${bound}`,
    failed: `beyond ${bound}`,
    inconclusive: `the interval does not decide ${bound}${more}`,
  }[verdict]
  return `${metric} is ${sign(estimate)} (${sign(low)} to ${sign(high)})${of === 'candidate' ? '' : ' against production'}: ${decided}`
}

const reasons = { passed: 'within-bound', failed: 'beyond-bound', inconclusive: 'interval-covers-bound' } as const

/** `verdicts` of roc_auc, log_loss, ece, and of log_loss against production. */
function flightGate(
  evaluation: Evaluation,
  verdicts: readonly [Verdict, Verdict, Verdict, Verdict],
  eceAtMost: number,
): ModelVerdict {
  const [auc, loss, ece, inferior] = verdicts
  const plain = (
    metric: string,
    { bound, verdict, more }: { bound: PlainBound; verdict: Verdict; more?: string },
  ): RuleVerdict => {
    const words = `${bound.type === 'atLeast' ? '>=' : '<='} ${bound.value}`
    const said = { metric, of: 'candidate', verdict, bound: words, ...(more === undefined ? {} : { more }) } as const
    const message = say(evaluation, said)
    const reason = reasons[verdict]
    return rule(evaluation, {
      rule: metric,
      says: `${metric} ${words}`,
      metric,
      bound,
      judge: 'interval',
      verdict,
      reason,
      message,
    })
  }
  const more = '; about 21 clusters of the same size would (there are 14)'
  return gate('Gate', 'tabular-quality', [
    plain('roc_auc', { bound: { type: 'atLeast', value: 0.68 }, verdict: auc }),
    plain('log_loss', { bound: { type: 'atMost', value: 0.55 }, verdict: loss }),
    plain('ece', { bound: { type: 'atMost', value: eceAtMost }, verdict: ece, more }),
    rule(evaluation, {
      rule: 'log_loss no worse than production',
      says: 'log_loss no worse than production, margin 0.01',
      metric: 'log_loss',
      bound: { type: 'noWorseThan', reference: 'production', margin: 0.01 },
      judge: 'interval',
      of: 'difference-to-production',
      verdict: inferior,
      reason: reasons[inferior],
      message: say(evaluation, {
        metric: 'log_loss',
        of: 'difference-to-production',
        verdict: inferior,
        bound: 'no worse than production, margin 0.01',
      }),
    }),
  ])
}

const replay: ReplayOutcome = {
  source: 'records.jsonl',
  requests: 5_000,
  failed: 12,
  failures: [{ of: 'candidate', because: 'no value for seats', requests: 12 }],
  decisionsChanged: 1_241,
  toPositive: 1_240,
  toNegative: 1,
  meanScoreChange: 0.1912,
  maximumScoreChange: 0.4021,
  groups: [
    { column: 'origin', value: 'EWR', requests: 1_802, changed: 531 },
    { column: 'origin', value: 'LGA', requests: 1_544, changed: 342 },
  ],
  examples: [{ requestId: 'r-000017', unit: '2013-06-07-UA-1545', candidate: 0.5581, production: 0.3214 }],
}

function flightEvidence(version: 2 | 3, eceAtMost: number): Evidence {
  const measured = readEvaluation(`flight-delay-${version}`)
  const evaluation: Evaluation = {
    ...measured,
    tests: version === 3 ? flightTests : flightTests.slice(0, 2),
    expectations: [
      {
        name: 'airport_weather: expect_column_values_to_be_between(wind_speed)',
        severity: 'critical',
        status: 'passed',
        message: 'all of 8,704 rows',
      },
      {
        name: 'flights: expect_column_values_to_not_be_null(tailnum)',
        severity: 'warning',
        status: 'failed',
        message: '0.7 % of the rows have no tailnum, at most 0.5 % may',
      },
    ],
    dataChecks: [
      {
        name: 'shared-rows',
        columns: [],
        status: 'passed',
        message: 'no row of the test part is in the training part',
        value: 0,
        limit: 0,
      },
      {
        name: 'train-test-drift',
        columns: ['temp'],
        status: 'failed',
        message: 'spring is warmer than winter',
        value: 5.1,
        limit: 0.25,
      },
    ],
    ...(version === 3 ? { replay } : {}),
  }
  const ece = version === 3 ? 'failed' : eceAtMost > 0.0644 ? 'passed' : 'inconclusive'
  const verdict = flightGate(
    evaluation,
    version === 3 ? ['passed', 'failed', ece, 'failed'] : ['passed', 'passed', ece, 'passed'],
    eceAtMost,
  )
  return { ...flightData, training: flightTraining, run, evaluation, verdict }
}

const sha256 = {
  2: '7ce9c09e666210211244e506006224cfea5d83a091490ddc4e64e3ae24ad98fe',
  3: '58da7340d0beb4214d61cc18f39e0aed0402bc9e7de4fdacd375aef0c1d37683',
}

export function flightModel(version: 2 | 3, eceAtMost = 0.06): ModelReport {
  return {
    model: 'flight-delay',
    description: 'Whether a flight from New York arrives 15 minutes late or later, predicted two hours before its departure',
    outcome: { type: 'trained', because: ['parameter class_weight: "balanced" (new)'] },
    served: version - 1,
    version,
    artifact: { path: `models/flight-delay/versions/${version}.onnx`, sha256: sha256[version], sizeBytes: 127_950, opset: 15 },
    promotion: 'same-pull-request',
    evidence: flightEvidence(version, eceAtMost),
    reproduction: null,
    card: `cards/flight-delay/${version}.md`,
    warnings: [],
    reproduce: `mainward reproduce flight-delay ${version}`,
  }
}

export function loanModel(): ModelReport {
  const evaluation = readEvaluation('loan-approval-1')
  const verdict = gate('FairnessPolicy', 'fair-lending', [
    rule(evaluation, {
      rule: 'selection',
      says: 'ratio of selection_rate between groups of race >= 0.8, groups of at least 50 rows, judged by the estimate',
      metric: 'selection_rate',
      bound: { type: 'ratioAtLeast', value: 0.8 },
      judge: 'point',
      verdict: 'failed',
      reason: 'beyond-bound',
      message:
        'selection_rate of race=black against race=white is 0.7601 (0.6347 to 0.8776): beyond >= 0.8; its interval does not decide it (too small to be judged: race=hispanic)',
    }),
    rule(evaluation, {
      rule: 'opportunity',
      says: 'difference of true_positive_rate between groups of race <= 0.1, groups of at least 50 rows, judged by the estimate',
      metric: 'true_positive_rate',
      bound: { type: 'differenceAtMost', value: 0.1 },
      judge: 'point',
      verdict: 'passed',
      reason: 'within-bound',
      message:
        'true_positive_rate of race=black against race=white is 0.02447 (0.001052 to 0.103): within <= 0.1; its interval does not decide it (too small to be judged: race=hispanic)',
    }),
  ])
  return {
    model: 'loan-approval',
    description: null,
    outcome: { type: 'evaluated-again', from: 1, because: ['decision.threshold: 0.3 before, 0.5 now'] },
    served: null,
    version: 2,
    artifact: {
      path: 'models/loan-approval/versions/2.onnx',
      sha256: '2833b2d296bc14d95fcf781f8f261a329df559d4cc526f739c0c431a8dcd223b',
      sizeBytes: 1_075,
      opset: 15,
    },
    promotion: 'separate',
    evidence: {
      evidenceVersion: 1,
      inputsDigest: digest('5'),
      dataset: {
        digest: digest('6'),
        trainingInputs: digest('7'),
        asOf: '1991-01-01T00:00:00Z',
        rows: { train: 1_194, validation: 199, test: 596 },
        label: 'approved',
      },
      training: { command: ['python3', 'training/loans.py'], parameters: {}, seed: 7, files: digest('8'), requirements: null },
      run: null,
      evaluatedFrom: 1,
      evaluation,
      verdict,
      digest: digest('a'),
    },
    reproduction: null,
    card: null,
    warnings: [],
    reproduce: 'mainward reproduce loan-approval 2',
  }
}

export const emptyParts: ReportParts = {
  project: 'example',
  commit: '8d1f0c5b7a3e92d4f6108b1c2d3e4f5a6b7c8d9e',
  base: '41c2a90f5b7a3e92d4f6108b1c2d3e4f5a6b7c8d',
  models: [],
  plan: null,
  impact: [],
  loosening: null,
  featureTests: [],
  expectations: [],
  warnings: [],
}

/** A pull request of one changed parameter: it has the higher AUC, and must not be merged. */
export function failingReport(): Report {
  return buildReport({
    ...emptyParts,
    models: [flightModel(3)],
    impact: ['FeatureView/carrier_arrivals: unchanged; nothing else is trained'],
    plan: {
      commit: emptyParts.commit ?? '',
      environment: 'production',
      actions: [
        {
          type: 'store-artifact',
          rollout: 'flight-delay',
          artifact: { sha256: sha256[3], sizeBytes: 127_950 },
          reason: 'missing',
        },
        {
          type: 'refuse',
          rollout: 'flight-delay',
          reason: 'GateFailed',
          message: 'version 3 does not pass its gates; version 2 stays',
        },
      ],
    },
    featureTests: [{ view: 'airport_weather', test: 'the newest row that was known', status: 'passed', messages: [] }],
  })
}

export function passingReport(): Report {
  return buildReport({ ...emptyParts, models: [flightModel(2, 0.1)] })
}

const unchangedModel: ModelReport = {
  ...loanModel(),
  model: 'aircraft-age',
  outcome: { type: 'unchanged' },
  served: 4,
  version: 4,
  artifact: null,
  evidence: null,
  reproduce: null,
}

const failedModel: ModelReport = {
  ...unchangedModel,
  model: 'late-bags',
  outcome: {
    type: 'failed',
    code: 'trainer-failed',
    message: 'training/bags.py ended with exit code 1',
    hint: 'read the last lines; the state is as before',
    log: ['Traceback (most recent call last):', "KeyError: 'bags'"],
  },
  served: null,
  version: null,
}

/** Four models, a loosened gate, warnings. */
export function mixedReport(): Report {
  return buildReport({
    ...emptyParts,
    models: [unchangedModel, loanModel(), failedModel, flightModel(2)],
    warnings: ['gate unused-gate is named by no model'],
    loosening: {
      judgedBy: emptyParts.base,
      changes: [
        { kind: 'Gate', name: 'tabular-quality', rule: 'ece', direction: 'loosened', before: 'ece <= 0.06', after: 'ece <= 0.3' },
        {
          kind: 'Waiver',
          name: 'spring',
          rule: null,
          direction: 'added',
          before: null,
          after: 'tabular-quality/ece of flight-delay until 2027-01-01',
        },
      ],
      pastVersions: [{ model: 'flight-delay', version: 3, before: 'failed', after: 'inconclusive' }],
    },
  })
}
