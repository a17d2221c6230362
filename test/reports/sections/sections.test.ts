/** What sections say of evaluations that are not like the examples: other tasks, nothing measured, many groups, waivers. Expected by hand. */
import { describe, expect, it } from 'vitest'
import type { Evaluation } from '../../../reconciler/core/evaluation.ts'
import type { Measurement, Subject } from '../../../reconciler/core/measurement.ts'
import type { ModelReport } from '../../../reconciler/core/report.ts'
import type { ModelVerdict, RuleVerdict } from '../../../reconciler/core/verdict.ts'
import { buildDocument } from '../../../reconciler/reports/build-document.ts'
import { buildReport } from '../../../reconciler/reports/build-report.ts'
import { judgeDifference } from '../../../reconciler/reports/document/find-measurement.ts'
import { renderMarkdown } from '../../../reconciler/reports/markdown/render-markdown.ts'
import { drawPictures } from '../../../reconciler/reports/pictures/draw-pictures.ts'
import { findWorseSlices } from '../../../reconciler/reports/sections/slices-section.ts'
import { emptyParts, flightModel } from '../support/example-reports.ts'

const flight = flightModel(2)
if (flight.evidence === null) throw new Error('the fixture has no evidence')
const { evidence } = flight

const value = (
  metric: string,
  of: Subject,
  numbers: readonly [number | null, number | null, number | null],
  more: Partial<Measurement> = {},
): Measurement => {
  const [estimate, low, high] = numbers
  return { metric, of, estimate, low, high, standardError: null, rows: 1000, ...more }
}

const empty: Evaluation = {
  task: 'regression',
  part: 'test',
  rows: 1000,
  confidence: 0.9,
  bootstrap: { replicates: 2000, seed: 1 },
  production: { version: 1, artifact: 'x' },
  baseline: { kind: 'mean', values: [3] },
  measurements: [],
  tests: [],
  expectations: [],
  dataChecks: [],
}

const noVerdict: ModelVerdict = { verdict: 'passed', blocks: false, gates: [] }

function modelOf(evaluation: Partial<Evaluation>, verdict: ModelVerdict = noVerdict): ModelReport {
  return { ...flight, evidence: { ...evidence, evaluation: { ...empty, ...evaluation }, verdict } }
}

const show = (...models: readonly ModelReport[]): string => {
  return renderMarkdown(buildDocument(buildReport({ ...emptyParts, models })), { pictureAddress: () => null })
}

const ruleOf = (more: Partial<RuleVerdict>): RuleVerdict => {
  return {
    rule: 'r',
    says: 's',
    severity: 'critical',
    verdict: 'passed',
    blocks: false,
    reason: 'within-bound',
    message: 'm',
    ...more,
  }
}

const gateOf = (...rules: readonly RuleVerdict[]): ModelVerdict => {
  const blocks = rules.some((rule) => rule.blocks)
  return {
    verdict: 'failed',
    blocks,
    gates: [{ kind: 'Gate', name: 'g', enforcement: 'block', digest: evidence.digest, verdict: 'failed', blocks, rules }],
  }
}

describe('metrics', () => {
  it('of a regression have the direction of each, and none where neither is better', () => {
    const measurements = [
      value('r2', 'candidate', [0.5, 0.4, 0.6]),
      value('r2', 'difference-to-production', [0.2, 0.1, 0.3]),
      value('bias', 'candidate', [-0.25, -0.5, 0.1]),
      value('bias', 'difference-to-production', [-0.2, -0.3, -0.1]),
      value('mean_absolute_error', 'candidate', [12.3456, null, null], { because: 'too few rows' }),
      value('mean_absolute_error', 'difference-to-production', [1, 0.5, 1.5]),
    ]
    const text = show(modelOf({ measurements }))
    expect(text).toContain('Intervals are of 90 % confidence.')
    expect(text).toContain(
      '| `mean_absolute_error` ↓ | 12.3456 | too few rows |  | +1.0000 | +0.5000 to +1.5000 | ❌ **worse** |  |',
    )
    expect(text).toContain('| `r2` ↑ | 0.5000 | 0.4000 to 0.6000 |  | +0.2000 | +0.1000 to +0.3000 | ✅ **better** |  |')
    expect(text).toContain('| `bias` | -0.2500 | -0.5000 to 0.1000 |  | -0.2000 | -0.3000 to -0.1000 | neither is better |  |')
    expect(text).toContain('Plain guess (mean)')
  })

  it('are told even where production could not be compared with', () => {
    const production = { version: 4, artifact: 'x', because: 'the data set has no column humidity' } as const
    const text = show(modelOf({ production, measurements: [value('r2', 'candidate', [0.5, 0.4, 0.6])] }))
    expect(text).toContain('| Metric | Version 2 | Interval | Plain guess (mean) |')
    expect(text).toContain('Not compared with production: the data set has no column humidity.')
  })

  it('of many classes come with what is taken for what', () => {
    const curves = { roc: [], calibration: [], confusion: [[5, 1, 0], [0, 1234, 2], [3, 0, 7]] } // prettier-ignore
    const text = show(modelOf({ task: 'multiclass-classification', classes: ['a', 'b|c', 'd'], curves, measurements: [value('accuracy', 'candidate', [0.9, 0.8, 1])] })) // prettier-ignore
    expect(text).toContain('| True class | taken for a | taken for b&#124;c | taken for d |')
    expect(text).toContain('| <code>b&#124;c</code> | 0 | 1,234 | 2 |')
  })

  it.each([
    ['log_loss', -0.2, -0.1, 'better'],
    ['log_loss', 0.1, 0.2, 'worse'],
    ['log_loss', -0.1, 0.2, 'not-told'],
    ['log_loss', 0, 0.2, 'not-told'],
    ['roc_auc', 0.1, 0.2, 'better'],
    ['roc_auc', -0.2, -0.1, 'worse'],
    ['selection_rate', 0.1, 0.2, 'none'],
    ['roc_auc', null, null, 'not-told'],
  ] as const)('a difference of %s from %s to %s is %s', (metric, low, high, direction) => {
    expect(judgeDifference(value(metric, 'difference-to-production', [0, low, high]))).toBe(direction)
  })

  it('that were not measured, and pictures of nothing, are left out', async () => {
    const model = modelOf({})
    expect(show(model)).not.toMatch(/#### (Metrics|Pictures|Slices|Fairness)/)
    expect(await drawPictures(buildReport({ ...emptyParts, models: [model] }))).toEqual([])
  })
})

describe('slices', () => {
  it('that got worse stand in order: proven, then by metric and size', () => {
    const slice = (name: string, metric: string, numbers: readonly [number, number, number]): Measurement => {
      return value(metric, 'difference-to-production', numbers, { group: { carrier: name } })
    }
    const measurements = [
      slice('A', 'roc_auc', [-0.01, -0.05, 0.03]),
      slice('B', 'roc_auc', [-0.02, -0.03, -0.01]),
      slice('C', 'roc_auc', [-0.04, -0.05, -0.03]),
      slice('D', 'roc_auc', [0.04, 0.03, 0.05]),
      slice('E', 'log_loss', [0.01, 0.005, 0.02]),
      value('roc_auc', 'difference-to-production', [-0.9, -1, -0.8]),
    ]
    expect(findWorseSlices(measurements).map(({ group }) => group?.['carrier'])).toEqual(['E', 'C', 'B', 'A'])
  })

  it('of a policy are not told twice', () => {
    const group = { race: 'x' }
    const measurements = [value('recall', 'candidate', [0.5, 0.4, 0.6], { group })]
    const rule = ruleOf({
      groups: [{ verdict: 'passed', of: 'candidate', group, estimate: 0.5, low: 0.4, high: 0.6, rows: 1000 }],
    })
    const asGate = gateOf(rule)
    const asPolicy: ModelVerdict = { ...asGate, gates: asGate.gates.map((gate) => ({ ...gate, kind: 'FairnessPolicy' })) }
    expect(show(modelOf({ measurements }, asGate))).toMatch(/#### Slices/)
    expect(show(modelOf({ measurements }, asPolicy))).not.toMatch(/#### Slices/)
    expect(show(modelOf({ measurements }, asPolicy))).toContain('| race | Rows | recall |')
  })
})

describe('gates', () => {
  const waiver = { name: 'spring', until: '2027-01-01', expired: false, reason: 'known', grantedBy: 'risk' }

  it('say what a waiver lets go on, and that an expired one does not', () => {
    const waived = show(modelOf({}, gateOf(ruleOf({ verdict: 'failed', waiver }))))
    expect(waived).toContain('❌ **failed**, waived | m. Waiver spring holds until 2027-01-01: known (granted by risk). |')
    const expired = show(modelOf({}, gateOf(ruleOf({ verdict: 'failed', blocks: true, waiver: { ...waiver, expired: true } }))))
    expect(expired).toContain('| ❌ **failed** | m. Waiver spring has expired (2027-01-01): known (granted by risk). |')
    expect(expired).toContain('This may ❌ **not be merged**.')
    expect(waived).toContain('It may be merged all the same')
  })

  it('show all groups with their corrected chances', () => {
    const groups = [
      {
        verdict: 'failed',
        of: 'candidate',
        group: { a: 'x', b: null },
        estimate: 0.1,
        low: 0,
        high: 0.2,
        rows: 400,
        adjustedP: 0.00001,
      },
      {
        verdict: 'passed',
        of: 'candidate',
        group: { a: 'y', b: '1' },
        estimate: 0.9,
        low: 0.8,
        high: 1,
        rows: 4000,
        adjustedP: 0.1234,
      },
    ] as const
    const text = show(modelOf({}, gateOf(ruleOf({ verdict: 'failed', groups, correction: { method: 'holm', comparisons: 2 } }))))
    expect(text).toContain("m. 2 comparisons, corrected by Holm's method.")
    expect(text).toContain('| `a=x, b=null` | 400 | 0.1000 | 0.0000 to 0.2000 | ❌ **failed** | < 0.0001 |')
    expect(text).toContain('| `a=y, b=1` | 4,000 | 0.9000 | 0.8000 to 1.0000 | ✅ **passed** | 0.1234 |')
  })
})

describe('the verdict of a change', () => {
  it.each([
    ['a failed unit test of a view', { featureTests: [{ view: 'v', test: 't', status: 'error', messages: [] }] }, 'failed', true],
    [
      'a critical expectation',
      { expectations: [{ name: 'e', severity: 'critical', status: 'failed', message: '' }] },
      'failed',
      true,
    ],
    [
      'an expectation that warns',
      { expectations: [{ name: 'e', severity: 'warning', status: 'failed', message: '' }] },
      'passed',
      false,
    ],
    ['nothing', {}, 'passed', false],
  ] as const)('of %s', (_, parts, verdict, blocks) => {
    expect(buildReport({ ...emptyParts, ...parts })).toMatchObject({ verdict, blocks })
  })

  it('is the worst of its models', () => {
    const inconclusive = modelOf({}, { verdict: 'inconclusive', blocks: false, gates: [] })
    const failed = modelOf({}, { verdict: 'failed', blocks: true, gates: [] })
    expect(buildReport({ ...emptyParts, models: [modelOf({}), inconclusive] })).toMatchObject({
      verdict: 'inconclusive',
      blocks: false,
    })
    expect(buildReport({ ...emptyParts, models: [failed, inconclusive] })).toMatchObject({ verdict: 'failed', blocks: true })
  })
})

describe('two runs of the same inputs', () => {
  const reproduction = {
    version: 1,
    sameArtifact: false,
    sameDataset: true,
    datasetDigest: evidence.dataset.digest,
    maximumScoreDifference: 0.0123,
    rowsBeyondTolerance: 3,
    rows: 12_423,
  }

  it('are told where they differ, and by how much', () => {
    const text = show({ ...modelOf({}), reproduction })
    expect(text).toContain(
      'Against version 1 of the same inputs: ⚠️ **two runs differ**. The training set is the same; the model files differ, their scores by at most 0.012: 3 of 12,423 rows are beyond the tolerance.',
    )
    expect(show({ ...modelOf({}), reproduction: { ...reproduction, sameArtifact: true } })).toContain('✅ **the same again**')
  })
})
