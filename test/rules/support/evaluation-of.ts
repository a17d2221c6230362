/** An evaluation with given measurements, and rules with every default, for tests of verdicts. */
import type { Evaluation } from '../../../reconciler/core/evaluation.ts'
import type { Measurement } from '../../../reconciler/core/measurement.ts'
import type { MetricRule, Rule, RuleSet } from '../../../reconciler/core/rule.ts'

export function evaluationOf(measurements: readonly Partial<Measurement>[], changes: Partial<Evaluation> = {}): Evaluation {
  return {
    task: 'binary-classification',
    part: 'test',
    rows: 1000,
    confidence: 0.95,
    bootstrap: { replicates: 1000, seed: 1 },
    production: { version: 2, artifact: 'ab'.repeat(32) },
    baseline: { kind: 'prior', values: [0.2] },
    measurements: measurements.map(measurementOf),
    tests: [],
    expectations: [],
    dataChecks: [],
    ...changes,
  }
}

export function measurementOf(changes: Partial<Measurement>): Measurement {
  return { metric: 'roc_auc', of: 'candidate', estimate: 0.7, low: 0.65, high: 0.75, standardError: null, rows: 1000, ...changes }
}

export function metricRule(changes: Partial<MetricRule> & Pick<MetricRule, 'bound'>): MetricRule {
  return {
    type: 'metric',
    name: 'a rule',
    metric: 'roc_auc',
    by: [],
    minGroup: null,
    judge: 'interval',
    severity: 'critical',
    onInconclusive: 'block',
    ...changes,
  }
}

export function ruleSetOf(rules: readonly Rule[], changes: Partial<RuleSet> = {}): RuleSet {
  return { kind: 'Gate', name: 'quality', enforcement: 'block', digest: `sha256:${'0'.repeat(64)}`, rules, ...changes }
}
