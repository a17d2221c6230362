/** A rule on a metric against what was measured: of all rows, between groups, or group by group. */
import type { Evaluation, ProductionReference } from '../core/evaluation.ts'
import { describeGroup, type GroupKey, type Measurement } from '../core/measurement.ts'
import { metricCatalogue } from '../core/metric-catalogue.ts'
import type { MetricRule } from '../core/rule.ts'
import type { RuleVerdict, Verdict } from '../core/verdict.ts'
import { correctGroups } from './correct-groups.ts'
import { describeBound, describePlace, describeValue, formatValue } from './describe-rule.ts'
import { findMeasurements } from './find-measurements.ts'
import { type Judgement, judgeValue, type JudgingOptions } from './judge-value.ts'
import { hasNoInterval, judgeOf } from './judge-of.ts'
import { orientBound } from './oriented-bound.ts'

/** A verdict without what gates make of it. */
export type Finding = Omit<RuleVerdict, 'rule' | 'says' | 'metric' | 'bound' | 'judge' | 'severity' | 'blocks' | 'waiver'>

/** `columns`: that are kept beside the rows; left out: nobody knows. */
export function judgeMetricRule(rule: MetricRule, evaluation: Evaluation, columns?: readonly string[]): Finding {
  const { production } = evaluation
  if ('reference' in rule.bound && rule.bound.reference === 'production' && production.version === null) {
    const message = `there is nothing in production to compare with: ${production.because}`
    return { verdict: 'passed', reason: 'nothing-in-production', message }
  }
  const found = findMeasurements(rule, evaluation.measurements)
  if (found.length === 0) return columnsDropped(rule, columns) ?? notMeasured(rule, production)
  const bound = orientBound(rule.bound, metricCatalogue[rule.metric]?.better ?? 'none')
  const options = { bound, judge: judgeOf(rule), confidence: evaluation.confidence }
  const isGrouped = rule.by.length > 0 && found[0]?.across === undefined
  return isGrouped ? judgeGroups(rule, found, options) : judgeOne(rule, found[0] as Measurement, options)
}

/** Null: all columns of its groups are there, as far as anybody knows. */
function columnsDropped({ metric, by }: MetricRule, columns: readonly string[] | undefined): Finding | null {
  const gone = columns === undefined ? [] : by.filter((column) => !columns.includes(column))
  if (gone.length === 0) return null
  const message =
    `${metric} by ${by.join(' and ')} can not be measured: this change no longer keeps ${gone.join(' and ')} beside its rows, since none of its own rules ` +
    `or slices names it; keep the rule, or take it away in a change of its own that is merged first`
  return { verdict: 'inconclusive', reason: 'column-dropped', message }
}

function notMeasured({ metric, by, bound }: MetricRule, production: ProductionReference): Finding {
  if ('reference' in bound && bound.reference === 'production' && production.because !== undefined) {
    const message = `version ${production.version ?? ''} in production could not be compared with: ${production.because}`
    return { verdict: 'inconclusive', reason: 'not-measured', message }
  }
  const groups = by.length === 0 ? '' : ` by ${by.join(' and ')}`
  const message = `${metric}${groups} was not measured: mainward train evaluates again what its gates ask for`
  return { verdict: 'inconclusive', reason: 'not-measured', message }
}

function judgeOne(rule: MetricRule, measurement: Measurement, options: JudgingOptions): Finding {
  const judgement = judgeValue(measurement, options)
  const leftOut = measurement.across?.leftOut ?? []
  return {
    verdict: judgement.value.verdict,
    reason: judgement.reason,
    message: explain(rule, judgement, { measurement, leftOut }),
    decidedBy: judgement.value,
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...rowsOf(judgement, measurement),
  }
}

function judgeGroups(rule: MetricRule, found: readonly Measurement[], options: JudgingOptions): Finding {
  const isJudged = ({ rows }: Measurement): boolean => rows >= (rule.minGroup ?? 0)
  const judged = found.filter(isJudged)
  const leftOut = found.filter((measurement) => !isJudged(measurement)).map(({ group = {} }) => group)
  if (judged.length === 0) {
    const message = `no group has ${rule.minGroup ?? 0} rows${nameLeftOut(leftOut)}`
    return { verdict: 'inconclusive', reason: 'group-too-small', message, leftOut }
  }
  const { judgements, comparisons } = correctGroups(
    judged.map((measurement) => judgeValue(measurement, options)),
    options.confidence,
  )
  const pairs = judgements.map((judgement, index) => ({ judgement, measurement: judged[index] as Measurement }))
  pairs.sort(
    (a, b) => badness(b.judgement) - badness(a.judgement) || (a.judgement.slack ?? -Infinity) - (b.judgement.slack ?? -Infinity),
  )
  const [worst] = pairs
  if (worst === undefined) throw new Error('a rule on groups judges one of them')
  return {
    verdict: worst.judgement.value.verdict,
    reason: worst.judgement.reason,
    message: explain(rule, worst.judgement, {
      measurement: worst.measurement,
      leftOut,
      groups: countOf(judgements, worst.judgement),
    }),
    decidedBy: worst.judgement.value,
    groups: pairs.map(({ judgement }) => judgement.value),
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(comparisons < 2 ? {} : { correction: { method: 'holm', comparisons } }),
    ...rowsOf(worst.judgement, worst.measurement),
  }
}

const order: readonly Verdict[] = ['passed', 'inconclusive', 'failed']

function badness({ value }: Judgement): number {
  return order.indexOf(value.verdict)
}

function countOf(judgements: readonly Judgement[], { value: { verdict } }: Judgement): string {
  const alike = judgements.filter(({ value }) => value.verdict === verdict).length
  return `${alike} of ${judgements.length} groups ${verdict === 'inconclusive' ? 'undecided' : verdict}`
}

/** Rows in all that would decide: a cluster counts as many as it has on average. */
function rowsOf({ rowsFactor }: Judgement, { rows }: Measurement): { readonly rowsToDecide?: number } {
  const needed = rowsFactor === null ? NaN : wholeRows(rows * rowsFactor)
  return Number.isSafeInteger(needed) ? { rowsToDecide: needed } : {}
}

/** Up, but not by what rounding of floating point leaves behind. */
function wholeRows(rows: number): number {
  return Math.ceil(rows * (1 - 1e-9))
}

interface Explained {
  readonly measurement: Measurement
  readonly leftOut: readonly GroupKey[]
  readonly groups?: string
}

/** One sentence with the number that decided. */
function explain(rule: MetricRule, judgement: Judgement, { measurement, leftOut, groups }: Explained): string {
  const { value, reason } = judgement
  const place = describePlace(measurement)
  const name = `${rule.metric}${place === '' ? '' : ` of ${place}`}`
  const against = 'reference' in rule.bound ? ` against ${rule.bound.reference}` : ''
  const head = `${name} is ${describeValue(value)}${against}`
  const bound = describeBound(rule.bound)
  const tail: Readonly<Record<string, string>> = {
    'within-bound': `within ${bound}`,
    'beyond-bound': `beyond ${bound}`,
    'proven-worse': `worse is proven, and the estimate is beyond ${bound}`,
    'interval-covers-bound': `the interval does not decide ${bound}${moreRows(judgement, measurement)}`,
    'not-significant-among-groups': `beyond ${bound}, but not more than chance gives among so many groups (p ${formatValue(value.adjustedP ?? 1)} by Holm)${moreRows(judgement, measurement)}`,
    'undefined': measurement.because ?? 'it has no value',
    'no-interval': `it has no interval: ${measurement.because ?? 'too few rows'}`,
  } // prettier-ignore
  const count = groups === undefined ? '' : `; ${groups}`
  return `${head}: ${tail[reason] ?? reason}${describeJudge(rule, judgement)}${count}${nameLeftOut(leftOut)}`
}

/** What the estimate alone left open. */
function describeJudge(rule: MetricRule, judgement: Judgement): string {
  if (hasNoInterval(rule.metric)) return `; ${rule.metric} has no interval, so that the estimate alone is judged`
  return judgeOf(rule) === 'point' && !judgesAlike(judgement, rule) ? '; its interval does not decide it' : ''
}

/** Whether the interval would have said the same as the estimate. */
function judgesAlike({ value }: Judgement, rule: MetricRule): boolean {
  const { estimate, low, high } = value
  if (estimate === null || low === null || high === null) return true
  const { sign, limit } = orientBound(rule.bound, metricCatalogue[rule.metric]?.better ?? 'none')
  return Math.min(sign * low, sign * high) >= limit || Math.max(sign * low, sign * high) < limit
}

function moreRows({ rowsFactor }: Judgement, { rows, clusters }: Measurement): string {
  if (rowsFactor === null || !Number.isSafeInteger(wholeRows(rows * rowsFactor))) return ''
  if (clusters === undefined) return `; about ${wholeRows(rows * rowsFactor)} rows would (there are ${rows})`
  return `; about ${wholeRows(clusters * rowsFactor)} clusters of the same size would (there are ${clusters})`
}

function nameLeftOut(groups: readonly GroupKey[]): string {
  if (groups.length === 0) return ''
  const names = groups.slice(0, 5).map(describeGroup).join('; ')
  return ` (too small to be judged: ${names}${groups.length > 5 ? ` and ${groups.length - 5} more` : ''})`
}
