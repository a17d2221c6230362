/** The section on gates: each rule with its bound, the value that decided, its interval and verdict. Pure. */
import { describeGroup } from '../../core/measurement.ts'
import type { GateVerdict, JudgedValue, ModelVerdict, RuleVerdict } from '../../core/verdict.ts'
import { code, paragraph, strong, type Block, type Section, type Text } from '../document/document.ts'
import { formatCount, formatDifference, formatInterval, formatMetric } from '../document/format-number.ts'
import { verdictBadge } from './verdict-words.ts'

export function buildGates({ gates }: ModelVerdict): readonly Section[] {
  const blocks: readonly Block[] =
    gates.length === 0 ? [paragraph('The model names no gates: nothing is judged.')] : gates.flatMap(gateBlocks)
  return [{ kind: 'gates', title: 'Gates', level: 3, isFolded: false, blocks }]
}

function gateBlocks(gate: GateVerdict): readonly Block[] {
  const columns = [
    { title: 'Rule' },
    { title: 'Bound' },
    { title: 'Value', align: 'right' } as const,
    { title: 'Interval' },
    { title: 'Verdict' },
    { title: 'Why' },
  ]
  const { rules } = gate
  const head = paragraph(
    strong(`${gate.kind} `),
    code(gate.name),
    ': ',
    verdictBadge(gate.verdict),
    `. ${describeEnforcement(gate)}`,
  )
  return [head, { type: 'table', columns, rows: rules.map(ruleRow) }, ...rules.flatMap(groupDetails)]
}

function describeEnforcement({ enforcement, blocks }: GateVerdict): string {
  if (enforcement === 'measure') return 'It only measures, and blocks nothing.'
  if (enforcement === 'warn') return 'It warns, and blocks nothing.'
  return blocks ? 'It stands in the way.' : 'It does not stand in the way.'
}

function ruleRow(rule: RuleVerdict): readonly Text[] {
  const { decidedBy } = rule
  const format = formatFor(rule)
  const value = decidedBy === undefined ? '' : format(decidedBy.estimate)
  const interval = decidedBy === undefined ? '' : formatInterval(decidedBy.low, decidedBy.high, format)
  return [code(rule.rule), code(rule.says), value, interval, verdictText(rule), explain(rule)]
}

/** Differences have their sign. */
function formatFor({ decidedBy }: RuleVerdict): typeof formatMetric {
  return decidedBy?.of.startsWith('difference-to-') === true ? formatDifference : formatMetric
}

function verdictText({ verdict, blocks, severity, waiver }: RuleVerdict): Text {
  if (verdict === 'passed') return verdictBadge(verdict)
  const waived = waiver !== undefined && !waiver.expired
  return [verdictBadge(verdict), waived ? ', waived' : blocks ? '' : severity === 'warn' ? ', a warning' : ', blocks nothing']
}

function explain(rule: RuleVerdict): Text {
  const { message, rowsToDecide, decidedBy, correction, waiver } = rule
  const group = decidedBy?.group === undefined ? [] : [' (', code(describeGroup(decidedBy.group)), ')']
  const more = rowsToDecide === undefined ? '' : ` About ${formatCount(rowsToDecide)} more rows would decide.`
  const corrected =
    correction === undefined
      ? ''
      : ` Corrected for ${correction.comparisons} comparisons (${correction.method === 'holm' ? 'Holm' : correction.method}).`
  return [message, ...group, `${endSentence(message)}${more}${corrected}${describeWaiver(waiver)}${judgedByPoint(rule)}`]
}

function endSentence(message: string): string {
  return /[.!?]$/.test(message) ? '' : '.'
}

function describeWaiver(waiver: RuleVerdict['waiver']): string {
  if (waiver === undefined) return ''
  const state = waiver.expired ? `has expired (${waiver.until})` : `holds until ${waiver.until}`
  return ` Waiver ${waiver.name} ${state}: ${waiver.reason} (granted by ${waiver.grantedBy}).`
}

/** A rule that looks at the estimate alone decides where the interval would not. */
export function judgedByPoint({ judge, bound, decidedBy, verdict }: RuleVerdict): string {
  if (judge !== 'point' || bound === undefined || !('value' in bound)) return ''
  const { low, high } = decidedBy ?? { low: null, high: null }
  if (low === null || high === null || verdict === 'inconclusive') return ''
  const isCovered = low < bound.value && bound.value < high
  const says = isCovered ? `covers the bound ${bound.value}: by the interval it would be inconclusive` : 'says the same'
  return ` Judged by the estimate alone; the interval ${says}.`
}

function groupDetails(rule: RuleVerdict): readonly Block[] {
  const { groups } = rule
  if (groups === undefined || groups.length === 0) return []
  const isCorrected = groups.some(({ adjustedP }) => adjustedP !== undefined)
  const columns = [
    { title: 'Group' },
    { title: 'Rows', align: 'right' } as const,
    { title: 'Value', align: 'right' } as const,
    { title: 'Interval' },
    { title: 'Verdict' },
  ]
  const rows = groups.map((value) => [...groupRow(value, formatFor(rule)), ...(isCorrected ? [formatP(value.adjustedP)] : [])])
  const titles = isCorrected ? [...columns, { title: 'p, corrected', align: 'right' } as const] : columns
  return [
    {
      type: 'details',
      summary: ['All groups of ', code(rule.rule), ` (${groups.length})`],
      blocks: [{ type: 'table', columns: titles, rows }],
    },
  ]
}

function groupRow({ group, rows, estimate, low, high, verdict }: JudgedValue, format: typeof formatMetric): readonly Text[] {
  const name = group === undefined ? 'all rows' : code(describeGroup(group))
  return [name, formatCount(rows), format(estimate), formatInterval(low, high, format), verdictBadge(verdict)]
}

function formatP(p: number | undefined): string {
  if (p === undefined) return ''
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4)
}
