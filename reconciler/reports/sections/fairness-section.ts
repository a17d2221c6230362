/** The section on groups of people: what each group gets, counts first, and what the policy says of it. Pure. */
import type { Evaluation } from '../../core/evaluation.ts'
import { describeGroup, type GroupKey, type Measurement } from '../../core/measurement.ts'
import type { GateVerdict, ModelVerdict, RuleVerdict } from '../../core/verdict.ts'
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import { compareText } from '../../core/finding.ts'
import { code, paragraph, type Block, type Column, type Section, type Text } from '../document/document.ts'
import { findMeasurement, groupId, orderMetrics } from '../document/find-measurement.ts'
import { formatCount, formatInterval, formatMetric, formatPercent } from '../document/format-number.ts'
import { verdictBadge } from './verdict-words.ts'

export function buildFairness(evaluation: Evaluation, { gates }: ModelVerdict): readonly Section[] {
  const blocks = fairnessBlocks(evaluation, gates)
  return blocks.length === 0 ? [] : [{ kind: 'fairness', title: 'Fairness', level: 3, isFolded: false, blocks }]
}

/** Nothing without a policy. */
export function fairnessBlocks(evaluation: Evaluation, gates: readonly GateVerdict[]): readonly Block[] {
  const policies = gates.filter(({ kind }) => kind === 'FairnessPolicy')
  if (policies.length === 0) return []
  const rules = policies.flatMap((policy) => policy.rules)
  const tables = listAttributes(rules).flatMap((columns) => groupTable(columns, evaluation.measurements))
  return [...policies.flatMap(policyBlocks), ...tables, ...(tables.length === 0 ? [] : [paragraph(note)])]
}

const note =
  'A rate without a denominator is undefined, not 0. A group that is too small is shown where it was measured, and not judged. These numbers say what the model does to groups, not why.'

function policyBlocks({ name, verdict, rules }: GateVerdict): readonly Block[] {
  const columns: readonly Column[] = [
    { title: 'Rule' },
    { title: 'Value', align: 'right' },
    { title: 'Interval' },
    { title: 'Verdict' },
    { title: 'By the interval' },
    { title: 'Why' },
  ]
  const rows = rules.map((rule): readonly Text[] => {
    const { estimate = null, low = null, high = null } = rule.decidedBy ?? {}
    const values = rule.decidedBy === undefined ? ['', ''] : [formatMetric(estimate), formatInterval(low, high)]
    return [code(rule.says), ...values, verdictBadge(rule.verdict), byInterval(rule), rule.message]
  })
  return [paragraph('Policy ', code(name), ': ', verdictBadge(verdict), '.'), { type: 'table', columns, rows }]
}

/** What a rule that looks at the estimate alone does not look at. */
function byInterval({ judge, bound, decidedBy }: RuleVerdict): Text {
  if (judge !== 'point') return 'is judged by it'
  const { low = null, high = null } = decidedBy ?? {}
  if (low === null || high === null || bound === undefined || !('value' in bound)) return 'unknown'
  const isLeast = bound.type === 'atLeast' || bound.type === 'ratioAtLeast'
  if (isLeast ? low >= bound.value : high <= bound.value) return verdictBadge('passed')
  return verdictBadge((isLeast ? high < bound.value : low > bound.value) ? 'failed' : 'inconclusive')
}

/** Whether a group is one that a fairness policy looks at. */
export function isOfPolicy(group: GroupKey, { gates }: ModelVerdict): boolean {
  const rules = gates.filter(({ kind }) => kind === 'FairnessPolicy').flatMap((policy) => policy.rules)
  return listAttributes(rules).some((columns) => columnsId(columns) === columnsId(Object.keys(group)))
}

function columnsId(columns: readonly string[]): string {
  return [...columns].sort().join('\n')
}

/** The sets of columns whose groups the rules look at, each once. */
function listAttributes(rules: readonly RuleVerdict[]): readonly (readonly string[])[] {
  const values = rules.flatMap(({ decidedBy, groups = [] }) => [...(decidedBy === undefined ? [] : [decidedBy]), ...groups])
  const sets = values.flatMap(({ across, group }) => [
    ...(across === undefined ? [] : [across.columns]),
    ...(group === undefined ? [] : [Object.keys(group)]),
  ])
  const byId = new Map(sets.map((columns) => [columnsId(columns), columns]))
  return [...byId].sort(([a], [b]) => compareText(a, b)).map(([, columns]) => columns)
}

function groupTable(columns: readonly string[], measurements: readonly Measurement[]): readonly Block[] {
  const wanted = columnsId(columns)
  const found = measurements.filter(
    ({ of, group }) => of === 'candidate' && group !== undefined && columnsId(Object.keys(group)) === wanted,
  )
  if (found.length === 0) return []
  const metrics = orderMetrics(found.map(({ metric }) => metric))
  const groups = [...new Map(found.map((measurement) => [groupId(measurement.group), measurement])).entries()].sort(([a], [b]) =>
    compareText(a, b),
  )
  const rows = groups.map(([, { group = {}, rows: count }]): readonly Text[] => {
    return [
      code(describeGroup(group)),
      formatCount(count),
      ...metrics.map((metric) => groupCell(findMeasurement(found, metric, 'candidate', group))),
    ]
  })
  const titles = metrics.map((metric) => ({ title: metric, align: 'right' }) as const)
  return [{ type: 'table', columns: [{ title: columns.join(' × ') }, { title: 'Rows', align: 'right' }, ...titles], rows }]
}

function groupCell(measurement: Measurement | undefined): string {
  if (measurement === undefined) return ''
  const { metric, estimate, low, high } = measurement
  if (estimate === null) return 'undefined'
  const format = isRate(metric) ? formatPercent : formatMetric
  const interval = formatInterval(low, high, format)
  return interval === '' ? format(estimate) : `${format(estimate)} (${interval})`
}

/** A share of rows, which people read as percent. */
function isRate(metric: string): boolean {
  return (
    metricCatalogue[metric] !== undefined &&
    (metric.endsWith('_rate') || metric === 'accuracy' || metric === 'positive_predictive_value')
  )
}
