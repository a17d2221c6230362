/** The measurements that a rule is about, among all of an evaluation. */
import type { Measurement, Subject } from '../core/measurement.ts'
import type { MetricRule } from '../core/rule.ts'

/** Of a rule on groups one by one all of them, those with too few rows, too. */
export function findMeasurements(rule: MetricRule, measurements: readonly Measurement[]): readonly Measurement[] {
  const of = subjectOf(rule)
  return measurements.filter((found) => found.metric === rule.metric && found.of === of && isAbout(rule, found))
}

function subjectOf({ bound }: MetricRule): Subject {
  return 'reference' in bound ? `difference-to-${bound.reference}` : 'candidate'
}

function isAbout({ by, bound, minGroup }: MetricRule, { group, across }: Measurement): boolean {
  const how = bound.type === 'ratioAtLeast' ? 'ratio' : bound.type === 'differenceAtMost' ? 'difference' : null
  if (how !== null) {
    return across?.how === how && isSameSet(across.columns, by) && (across.minGroup ?? null) === minGroup
  }
  if (across !== undefined) return false
  return isSameSet(Object.keys(group ?? {}), by)
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name))
}
