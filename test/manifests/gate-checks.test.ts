/** Findings of gates, policies and waivers: exact place and text. */
import { describe, expect, it } from 'vitest'
import { renderFindings } from '../../reconciler/manifests/findings-text.ts'
import { gateExamples } from '../../reconciler/manifests/rules/gate-examples.ts'
import { assembleWith, soundFiles } from './commit-of.ts'

const apart = Object.fromEntries(
  Object.keys(soundFiles)
    .filter((path) => path !== 'mainward.yaml')
    .map((path) => [path, null]),
)

/** With the lines of each document counted from its own beginning. */
function report(from: string, to: string): string {
  expect(gateExamples).toContain(from)
  const text = gateExamples.replace(from, to)
  const files = Object.fromEntries(text.split('---\n').map((document, index) => [`${index}.yaml`, document]))
  const { findings } = assembleWith({ ...apart, ...files })
  return renderFindings(findings, 'text').replace(/^\d+\.yaml:/gm, '')
}

describe('a gate', () => {
  it.each([
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc, atMost: 0.6 }', '7:34 rule-direction  expected atLeast for roc_auc, where higher is better, found atMost\n    a guard against what is too good to be true is written in cel: metrics.roc_auc.estimate < …\n'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc }', '7:7 rule-shape  expected exactly one of atLeast, atMost, noWorseThan, betterThan, ratioAtLeast, differenceAtMost, found none\n'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_acu, atLeast: 0.6 }', '7:17 metric  expected the name of a metric, found "roc_acu"\n    did you mean roc_auc?\n'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: r2, atLeast: 0.6 }', '7:17 metric  expected a metric of the task binary-classification, found r2, which is of regression (of the model flight-delay)'],
    ['noWorseThan: production, margin: 0.01', 'noWorseThan: control, margin: 0.01', '8:40 not-supported  a comparison with control is not supported by this version\n    gates compare with production or baseline\n'],
    ['noWorseThan: production, margin: 0.01', 'noWorseThan: prodution, margin: 0.01', '8:40 invalid-value  expected production or baseline, found "prodution"\n    did you mean production?\n'],
    ['{ tests: all }', '{ metric: brier, atMost: 0.2, over: 1d }', '11:37 not-supported  spec.rules[4].over is not supported by this version\n'],
    ['artifact.sizeBytes < 10000000', 'artifact.sizeByte < 10000000', '12:27 rule-cel  expected a value that rules may read (metrics.NAME.estimate, low, high; artifact.sizeBytes, opset; data.rows.train, validation, test; tests, expectations, dataChecks: total, passed, failed, errors), found "artifact.sizeByte"\n    did you mean artifact.sizeBytes?\n'],
    ['by: carrier, minGroup: 300', 'by: carier, minGroup: 300', '9:30 gate-column  expected a column of flights ('],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: constructor, atLeast: 0.6 }', '7:17 metric  expected the name of a metric, found "constructor"\n'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: __proto__, atLeast: 0.6 }', '7:17 metric  expected the name of a metric, found "__proto__"\n'],
    ['artifact.sizeBytes < 10000000', 'metrics.constructor.low > 0.0', 'found "metrics.constructor.low"\n'],
    ['artifact.sizeBytes < 10000000', 'tests.__proto__ > 1', '12:27 rule-cel  expected '],
    ['  gates:\n    - tabular-quality\n', '', '3:19 gate-unused (warning)  expected a Model that names tabular-quality in its gates, found none: it stops nothing\n'],
  ])('%s as %s', (from, to, expected) => expect(report(from, to)).toContain(expected)) // prettier-ignore

  it('reads no expression that is nested without end', () => {
    const nested = `${'('.repeat(2000)}true${')'.repeat(2000)}`
    expect(report('artifact.sizeBytes < 10000000', nested)).toMatch(
      /^12:\d+ rule-cel {2}expected at most 32 levels of nesting, found more$/m,
    )
  })
})

describe('a policy and a waiver', () => {
  it.each([
    ['by: carrier, differenceAtMost', 'by: dest, differenceAtMost', '13:41 fairness-attribute  expected one of attributes (carrier, origin), found "dest"\n'],
    ['gate: carrier-parity', 'gate: carrier-party', '5:9 waiver-target  expected a gate or policy that flight-delay names (tabular-quality, carrier-parity), found "carrier-party"\n    did you mean carrier-parity?\n'],
    ['ratio by carrier', 'ratio by dest', '6:9 waiver-target  expected a rule of carrier-parity (selection_rate ratio by carrier, selection_rate ratio by origin, selection_rate ratio by carrier and origin, true_positive_rate difference by carrier), found "selection_rate ratio by dest"\n'],
    ['until: 2027-03-01', 'until: 2027-02-30', '10:10 invalid-value  expected a day or an instant that exists, found "2027-02-30"\n'],
    ['model: flight-delay\n  reason', 'model: flight-dely\n  reason', '7:10 unresolved-reference  expected the name of a Model, found flight-dely\n'],
  ])('%s as %s', (from, to, expected) => expect(report(from, to)).toContain(expected)) // prettier-ignore
})
