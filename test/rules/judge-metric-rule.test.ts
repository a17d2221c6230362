/** Verdicts of bounds: intervals and verdicts by hand, from DESIGN's definition, and laws that every verdict keeps. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Measurement } from '../../reconciler/core/measurement.ts'
import type { Bound, MetricRule } from '../../reconciler/core/rule.ts'
import type { Verdict } from '../../reconciler/core/verdict.ts'
import { judgeMetricRule } from '../../reconciler/rules/judge-metric-rule.ts'
import { judgeRules } from '../../reconciler/rules/judge-rules.ts'
import { evaluationOf, metricRule, ruleSetOf } from './support/evaluation-of.ts'

type Ends = readonly [low: number, estimate: number, high: number]

function judge(bound: Bound, [low, estimate, high]: Ends, changes: Partial<MetricRule> & Partial<Measurement> = {}) {
  const { metric = 'roc_auc', judge: how = 'interval', ...measured } = changes
  const of = 'reference' in bound ? (`difference-to-${bound.reference}` as const) : 'candidate'
  const rule = metricRule({ bound, metric, judge: how })
  return judgeMetricRule(rule, evaluationOf([{ metric, of, low, estimate, high, ...measured }]))
}

const atLeast = (value: number): Bound => ({ type: 'atLeast', value })
const noWorse = (margin: number): Bound => ({ type: 'noWorseThan', reference: 'production', margin })
const better = (margin: number): Bound => ({ type: 'betterThan', reference: 'baseline', margin })

describe('a bound', () => {
  it.each<[string, Bound, Ends, Verdict, string]>([
    ['all above', atLeast(0.6), [0.61, 0.65, 0.7], 'passed', 'within-bound'],
    ['the end on it', atLeast(0.6), [0.6, 0.65, 0.7], 'passed', 'within-bound'],
    ['all below', atLeast(0.6), [0.5, 0.55, 0.59], 'failed', 'beyond-bound'],
    ['the end on it from below', atLeast(0.6), [0.5, 0.55, 0.6], 'inconclusive', 'interval-covers-bound'],
    ['astride', atLeast(0.6), [0.55, 0.65, 0.7], 'inconclusive', 'interval-covers-bound'],
    ['at most, all below', { type: 'atMost', value: 0.1 }, [0.02, 0.05, 0.09], 'passed', 'within-bound'],
    ['at most, all above', { type: 'atMost', value: 0.1 }, [0.11, 0.2, 0.3], 'failed', 'beyond-bound'],
    ['better by more than the margin', better(0.01), [0.02, 0.03, 0.04], 'passed', 'within-bound'],
    ['better by the margin', better(0.01), [0.01, 0.03, 0.04], 'inconclusive', 'interval-covers-bound'],
    ['not better', better(0), [0, 0, 0], 'failed', 'beyond-bound'],
    ['the same', noWorse(0), [0, 0, 0], 'passed', 'within-bound'],
    ['worse by less than the margin, not proven', noWorse(0.02), [-0.015, -0.005, 0.005], 'passed', 'within-bound'],
    ['worse is proven, within the margin', noWorse(0.02), [-0.019, -0.01, -0.001], 'passed', 'within-bound'],
    ['worse is proven, and the estimate beyond the margin', noWorse(0.02), [-0.05, -0.028, -0.005], 'failed', 'proven-worse'],
    [
      'worse is proven, the estimate within the margin',
      noWorse(0.02),
      [-0.03, -0.015, -0.001],
      'inconclusive',
      'interval-covers-bound',
    ],
    ['not proven, the estimate beyond the margin', noWorse(0.02), [-0.07, -0.03, 0.01], 'inconclusive', 'interval-covers-bound'],
    ['all beyond the margin', noWorse(0.02), [-0.08, -0.05, -0.03], 'failed', 'beyond-bound'],
  ])('%s', (_, bound, ends, ...[verdict, reason]) => expect(judge(bound, ends)).toMatchObject({ verdict, reason }))

  /** Of a prototype: log loss +.028, interval .005 to .049, trained on old data. */
  it('turns with the direction of the metric', () => {
    const old = judge(noWorse(0.01), [0.005, 0.028, 0.049], { metric: 'log_loss' })
    expect(old).toMatchObject({ verdict: 'failed', reason: 'proven-worse' })
    expect(old.message).toBe(
      'log_loss is +0.028 (+0.005 to +0.049) against production: worse is proven, and the estimate is beyond no worse than production, margin 0.01',
    )
    expect(judge(noWorse(0.01), [-0.049, -0.028, -0.005], { metric: 'log_loss' }).verdict).toBe('passed')
  })

  it('judges the estimate of a metric that has no interval, and says so', () => {
    const most = (value: number) => judge({ type: 'atMost', value }, [3, 3, 3], { metric: 'max_error', low: null, high: null, because: 'no interval: …' }) // prettier-ignore
    expect(most(4)).toMatchObject({ verdict: 'passed', reason: 'within-bound' })
    expect(most(2)).toMatchObject({ verdict: 'failed', reason: 'beyond-bound' })
    expect(most(2).message).toBe('max_error is 3: beyond <= 2; max_error has no interval, so that the estimate alone is judged')
    // Another metric without one, for want of rows, is not decided.
    expect(judge({ type: 'atMost', value: 4 }, [3, 3, 3], { metric: 'log_loss', low: null, high: null }).verdict).toBe(
      'inconclusive',
    )
    const rule = metricRule({ metric: 'max_error', bound: { type: 'atMost', value: 4 } })
    const judged = { evaluation: evaluationOf([{ metric: 'max_error', estimate: 3, low: null, high: null }]), artifact: { sizeBytes: 1 }, dataset: null } // prettier-ignore
    expect(judgeRules(ruleSetOf([rule]), judged).rules[0]).toMatchObject({
      says: 'max_error <= 4, judged by the estimate',
      judge: 'point',
    })
  })

  it('is judged by the estimate alone where the rule says so, and tells that the interval does not decide', () => {
    const ratio: Bound = { type: 'ratioAtLeast', value: 0.8 }
    const rule = metricRule({ metric: 'selection_rate', by: ['race'], minGroup: 50, judge: 'point', bound: ratio })
    const across = { columns: ['race'], how: 'ratio', minGroup: 50, groups: 3, leftOut: [{ race: 'other' }], lowest: { race: 'a' }, highest: { race: 'b' } } as const // prettier-ignore
    const found = judgeMetricRule(
      rule,
      evaluationOf([{ metric: 'selection_rate', across, estimate: 0.79, low: 0.7, high: 0.86 }]),
    )
    expect(found).toMatchObject({ verdict: 'failed', reason: 'beyond-bound', leftOut: [{ race: 'other' }] })
    expect(found.message).toBe(
      'selection_rate of race=a against race=b is 0.79 (0.7 to 0.86): beyond >= 0.8; its interval does not decide it (too small to be judged: race=other)',
    )
  })

  it('passes where nothing is in production, and is not decided where production could not be measured', () => {
    const rule = metricRule({ bound: noWorse(0.01) })
    const first = evaluationOf([], { production: { version: null, because: 'no release succeeded yet' } })
    expect(judgeMetricRule(rule, first)).toEqual({
      verdict: 'passed',
      reason: 'nothing-in-production',
      message: 'there is nothing in production to compare with: no release succeeded yet',
    })
    const other = evaluationOf([], { production: { version: 2, artifact: 'a', because: 'it takes the feature gust' } })
    expect(judgeMetricRule(rule, other)).toMatchObject({ verdict: 'inconclusive', reason: 'not-measured' })
    expect(judgeMetricRule(rule, other).message).toContain('it takes the feature gust')
  })

  it('is not decided by what is undefined, not measured, or without an interval', () => {
    const measured = { estimate: null, low: null, high: null, because: 'one class' }
    expect(judgeMetricRule(metricRule({ bound: atLeast(0.6) }), evaluationOf([measured]))).toMatchObject({
      verdict: 'inconclusive',
      reason: 'undefined',
      message: 'roc_auc is undefined: one class',
    })
    const bare = { low: null, high: null }
    const rule = metricRule({ bound: atLeast(0.6) })
    expect(judgeMetricRule(rule, evaluationOf([bare]))).toMatchObject({ verdict: 'inconclusive', reason: 'no-interval' })
    expect(judgeMetricRule({ ...rule, judge: 'point' }, evaluationOf([bare])).verdict).toBe('passed')
    expect(judgeMetricRule(rule, evaluationOf([{ metric: 'brier' }]))).toMatchObject({ reason: 'not-measured' })
    // Of another set of rows, or of another subject, is not this one.
    expect(judgeMetricRule(rule, evaluationOf([{ group: { carrier: 'UA' } }, { of: 'production' }]))).toMatchObject({
      reason: 'not-measured',
    })
  })
})

describe('rows that would decide', () => {
  it('grow with the square of how much narrower the interval must be', () => {
    // 0.02 from the bound, 0.04 wide towards it: four times the rows.
    const found = judge(atLeast(0.6), [0.58, 0.62, 0.66])
    expect(found.rowsToDecide).toBe(4000)
    expect(found.message).toBe(
      'roc_auc is 0.62 (0.58 to 0.66): the interval does not decide >= 0.6; about 4000 rows would (there are 1000)',
    )
    expect(judge(atLeast(0.6), [0.5, 0.58, 0.64]).rowsToDecide).toBe(9000)
    // Worse: +.02 to be proven needs the lower end above 0, not above the margin.
    expect(judge(noWorse(0.01), [-0.06, -0.02, 0.02]).rowsToDecide).toBe(4000)
    expect(judge(noWorse(0.01), [-0.03, -0.005, 0.02]).rowsToDecide).toBe(25_000)
  })

  it('are told in clusters where clusters are drawn', () => {
    expect(judge(atLeast(0.6), [0.58, 0.62, 0.66], { clusters: 14, degreesOfFreedom: 13 }).message).toContain(
      'about 56 clusters of the same size would (there are 14)',
    )
  })

  it('are none where the estimate is on the bound, or the verdict has fallen', () => {
    expect(judge(atLeast(0.6), [0.5, 0.6, 0.7])).not.toHaveProperty('rowsToDecide')
    expect(judge(atLeast(0.6), [0.65, 0.7, 0.75])).not.toHaveProperty('rowsToDecide')
  })
})

describe('groups one by one', () => {
  const rule = metricRule({ by: ['carrier'], minGroup: 100, bound: atLeast(0.6) })
  /** Normal, standard error 0.04: the half width is 0.0784. */
  const group = (carrier: string, estimate: number, rows = 500): Partial<Measurement> => ({
    ...{ group: { carrier }, estimate, low: estimate - 0.078398559, high: estimate + 0.078398559, standardError: 0.04, rows },
  })

  it('pass when every one does, without any correction of that', () => {
    const found = judgeMetricRule(rule, evaluationOf([group('AA', 0.7), group('UA', 0.68)]))
    expect(found).toMatchObject({ verdict: 'passed', decidedBy: { group: { carrier: 'UA' } } })
    expect(found.groups?.map(({ group: key }) => key?.['carrier'])).toEqual(['UA', 'AA'])
  })

  it('fail when one does also among all of them: p = Φ(−2.5) = 0.00621, by Holm twice that among two', () => {
    const found = judgeMetricRule(rule, evaluationOf([group('AA', 0.7), group('UA', 0.5)]))
    expect(found).toMatchObject({ verdict: 'failed', reason: 'beyond-bound', correction: { method: 'holm', comparisons: 2 } })
    expect(found.decidedBy?.adjustedP).toBeCloseTo(0.0124193, 6)
    expect(found.message).toBe('roc_auc of carrier=UA is 0.5 (0.4216 to 0.5784): beyond >= 0.6; 1 of 2 groups failed')
  })

  it('are not decided by a violation that is not significant among five: 0.031 is more than 0.025', () => {
    const others = ['AA', 'B6', 'DL', 'EV'].map((carrier) => group(carrier, 0.75))
    const found = judgeMetricRule(rule, evaluationOf([...others, group('UA', 0.5)]))
    expect(found).toMatchObject({ verdict: 'inconclusive', reason: 'not-significant-among-groups' })
    expect(found.decidedBy?.adjustedP).toBeCloseTo(0.0310483, 6)
    // Φ⁻¹(0.005) = −2.5758: (2.5758 / 2.5)² of the rows.
    expect(found.rowsToDecide).toBe(531)
    expect(judgeMetricRule(rule, evaluationOf([group('UA', 0.5)])).verdict).toBe('failed')
  })

  it('below the minimum size are listed, not judged', () => {
    const found = judgeMetricRule(rule, evaluationOf([group('AA', 0.7), group('HA', 0.1, 99)]))
    expect(found).toMatchObject({ verdict: 'passed', leftOut: [{ carrier: 'HA' }] })
    expect(found.message).toContain('(too small to be judged: carrier=HA)')
    const none = judgeMetricRule(rule, evaluationOf([group('HA', 0.1, 99)]))
    expect(none).toMatchObject({ verdict: 'inconclusive', reason: 'group-too-small', message: 'no group has 100 rows (too small to be judged: carrier=HA)' }) // prettier-ignore
  })

  it('do not pass while one of them is undefined', () => {
    const undefinedGroup = { group: { carrier: 'HA' }, estimate: null, low: null, high: null, because: 'no positive row' }
    expect(judgeMetricRule(rule, evaluationOf([group('AA', 0.7), undefinedGroup]))).toMatchObject({
      verdict: 'inconclusive',
      reason: 'undefined',
    })
  })
})

const rank: Readonly<Record<Verdict, number>> = { passed: 2, inconclusive: 1, failed: 0 }

const ends = fc
  .tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 0.3, noNaN: true }),
    fc.double({ min: 0, max: 0.3, noNaN: true }),
  )
  .map(([estimate, below, above]): Ends => [estimate - below, estimate, estimate + above])

const value = fc.double({ min: 0, max: 1, noNaN: true })

/** No widths that floating point can not shrink. */
const thousandth = fc.integer({ min: 0, max: 1000 }).map((whole) => whole / 1000)
const thousandths = fc
  .tuple(thousandth, thousandth, thousandth)
  .map(([estimate, below, above]): Ends => [estimate - below, estimate, estimate + above])

describe('every verdict', () => {
  it('of a plain bound is what the three points of the interval say together', () => {
    fc.assert(
      fc.property(ends, value, (interval, bound) => {
        const within = interval.filter((point) => point >= bound).length
        const expected = within === 3 ? 'passed' : within === 0 ? 'failed' : 'inconclusive'
        expect(judge(atLeast(bound), interval).verdict).toBe(expected)
      }),
    )
  })

  it('never gets better when a bound is tightened', () => {
    fc.assert(
      fc.property(ends, value, value, (interval, a, b) => {
        const [loose, tight] = [Math.min(a, b), Math.max(a, b)]
        expect(rank[judge(atLeast(tight), interval).verdict]).toBeLessThanOrEqual(rank[judge(atLeast(loose), interval).verdict])
        const against = interval.map((point) => point - 0.5) as unknown as Ends
        expect(rank[judge(noWorse(loose), against).verdict]).toBeLessThanOrEqual(rank[judge(noWorse(tight), against).verdict])
        expect(rank[judge(better(tight), against).verdict]).toBeLessThanOrEqual(rank[judge(better(loose), against).verdict])
      }),
    )
  })

  it('of groups is the worst of them, or softer, and never passed where one group alone is not', () => {
    fc.assert(
      fc.property(fc.array(ends, { minLength: 1, maxLength: 8 }), value, (list, bound) => {
        const rule = metricRule({ by: ['carrier'], bound: atLeast(bound) })
        const measured = list.map(([low, estimate, high], index) => ({ group: { carrier: String(index) }, low, estimate, high }))
        const together = rank[judgeMetricRule(rule, evaluationOf(measured)).verdict]
        const alone = list.map((interval) => rank[judge(atLeast(bound), interval).verdict])
        expect(together === 2).toBe(alone.every((one) => one === 2))
        if (together === 0) expect(alone).toContain(0)
      }),
    )
  })

  it('of groups never gets better when the bound is tightened', () => {
    fc.assert(
      fc.property(fc.array(ends, { minLength: 2, maxLength: 8 }), value, value, (list, a, b) => {
        const measured = list.map(([low, estimate, high], index) => ({ group: { carrier: String(index) }, low, estimate, high }))
        const by = (bound: number) =>
          rank[judgeMetricRule(metricRule({ by: ['carrier'], bound: atLeast(bound) }), evaluationOf(measured)).verdict]
        expect(by(Math.max(a, b))).toBeLessThanOrEqual(by(Math.min(a, b)))
      }),
    )
  })

  it('that more rows would decide is decided by an interval that is so much narrower', () => {
    fc.assert(
      fc.property(thousandths, thousandth, ([low, estimate, high], bound) => {
        const found = judge(atLeast(bound), [low, estimate, high], { rows: 1_000_000 })
        if (found.rowsToDecide === undefined) return
        const shrink = Math.sqrt(1_000_000 / found.rowsToDecide) * (1 - 1e-9)
        const narrow: Ends = [estimate - (estimate - low) * shrink, estimate, estimate + (high - estimate) * shrink]
        expect(judge(atLeast(bound), narrow).verdict).not.toBe('inconclusive')
      }),
    )
  })
})
