/** The section on gates: each rule with its bound, the value that decided, its interval and verdict. Pure. */
import { describeGroup } from '../../core/measurement.ts'
import type { GateVerdict, JudgedValue, ModelVerdict, RuleVerdict } from '../../core/verdict.ts'
import { code, paragraph, sentence, strong, type Block, type Section, type Text } from '../document/document.ts'
import { formatCount, formatDifference, formatInterval, formatMetric } from '../document/format-number.ts'
import { verdictBadge } from './verdict-words.ts'

export function buildGates(verdict: ModelVerdict): readonly Section[] {
  return [{ kind: 'gates', title: 'Gates', level: 3, isFolded: false, blocks: gatesBlocks(verdict) }]
}

export function gatesBlocks({ gates }: ModelVerdict): readonly Block[] {
  return gates.length === 0 ? [paragraph('The model names no gates: nothing is judged.')] : gates.flatMap(gateBlocks)
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

/** The message has the number that decided, and how much more data would. */
function explain({ message, correction, waiver }: RuleVerdict): Text {
  const corrected = correction === undefined ? '' : `${correction.comparisons} comparisons, corrected by Holm's method. `
  const rest = `${corrected}${describeWaiver(waiver)}`.trim()
  return rest === '' ? message : `${sentence(message)} ${rest}`
}

function describeWaiver(waiver: RuleVerdict['waiver']): string {
  if (waiver === undefined) return ''
  const state = waiver.expired ? `has expired (${waiver.until})` : `holds until ${waiver.until}`
  return ` Waiver ${waiver.name} ${state}: ${waiver.reason} (granted by ${waiver.grantedBy}).`
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
