/** Rules, values and bounds in words: the same in verdicts, tables and reports. */
import type { Across, GroupKey } from '../core/measurement.ts'
import { describeGroup } from '../core/measurement.ts'
import type { Bound, MetricRule, Rule } from '../core/rule.ts'
import type { JudgedValue } from '../core/verdict.ts'
import { judgeOf } from './judge-of.ts'

/** `roc_auc >= 0.6`, `log_loss no worse than production, margin 0.01`. */
export function describeRule(rule: Rule): string {
  switch (rule.type) {
    case 'metric':
      return describeMetricRule(rule)
    case 'expression':
      return rule.cel
    default:
      return `${resultWords[rule.type]}: ${rule.names === 'all' ? 'all' : rule.names.join(', ')}`
  }
}

export const resultWords = { tests: 'behaviour tests', expectations: 'expectations', dataChecks: 'data checks' } as const

function describeMetricRule(rule: MetricRule): string {
  const { metric, by, minGroup, bound } = rule
  const columns = by.join(' and ')
  const compares = bound.type === 'ratioAtLeast' || bound.type === 'differenceAtMost'
  const groups = by.length === 0 || compares ? '' : ` by ${columns}`
  const between = compares ? ` between groups of ${columns}` : ''
  const notes = [
    ...(minGroup === null ? [] : [`groups of at least ${minGroup} rows`]),
    ...(judgeOf(rule) === 'point' ? ['judged by the estimate'] : []),
  ]
  return [
    `${compares ? `${compareWords[bound.type]} of ` : ''}${metric}${groups}${between} ${describeBound(bound)}`,
    ...notes,
  ].join(', ')
}

const compareWords = { ratioAtLeast: 'ratio', differenceAtMost: 'difference' } as const

export function describeBound(bound: Bound): string {
  switch (bound.type) {
    case 'atLeast':
    case 'ratioAtLeast':
      return `>= ${bound.value}`
    case 'atMost':
    case 'differenceAtMost':
      return `<= ${bound.value}`
    case 'noWorseThan':
    case 'betterThan': {
      const words = bound.type === 'noWorseThan' ? 'no worse than' : 'better than'
      return `${words} ${bound.reference}${bound.margin === 0 ? '' : `, margin ${bound.margin}`}`
    }
  }
}

/** `0.6616 (0.6312 to 0.6919)`, of a difference with its sign. */
export function describeValue({ estimate, low, high, of }: Pick<JudgedValue, 'estimate' | 'low' | 'high' | 'of'>): string {
  const isSigned = of.startsWith('difference')
  if (estimate === null) return 'undefined'
  const point = formatValue(estimate, isSigned)
  return low === null || high === null ? point : `${point} (${formatValue(low, isSigned)} to ${formatValue(high, isSigned)})`
}

/** Four significant digits. */
export function formatValue(value: number, isSigned = false): string {
  const text = String(Number(value.toPrecision(4)))
  return isSigned && value > 0 ? `+${text}` : text
}

/** `carrier=HA`, `carrier=HA against carrier=UA`; empty for all rows. */
export function describePlace({ group, across }: { readonly group?: GroupKey; readonly across?: Across }): string {
  if (group !== undefined) return describeGroup(group)
  if (across?.lowest === undefined || across.highest === undefined) return ''
  return `${describeGroup(across.lowest)} against ${describeGroup(across.highest)}`
}
