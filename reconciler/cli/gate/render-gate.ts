/** What gates say of a version as text for a terminal. Pure. */
import type { Loosening } from '../../core/loosening.ts'
import { printable } from '../../core/printable.ts'
import type { GateVerdict, ModelVerdict, RuleVerdict } from '../../core/verdict.ts'
import { describePlace, describeValue } from '../../rules/describe-rule.ts'
import { renderTable } from '../table.ts'
import type { RecomputedEvidence } from '../train/compare-evidence.ts'
import { renderLoosening } from './render-loosening.ts'
import { renderRecomputed } from './render-recomputed.ts'

export interface GateReport {
  readonly model: string
  readonly version: number
  readonly source: 'trained' | 'imported'
  /** Where the rules are from that judged. */
  readonly origin: string
  readonly hasEvidence: boolean
  /** Why the evidence can not be believed; null: nothing. */
  readonly problem: string | null
  readonly verdict: ModelVerdict
  /** Null: nothing was compared. */
  readonly loosening: Loosening | null
  /** Null: nothing was evaluated again. */
  readonly recomputed: RecomputedEvidence | null
}

export function renderGateText(report: GateReport): string {
  const { model, version, verdict, problem, hasEvidence, source, origin } = report
  const head = `${model} version ${version}, by the rules of ${origin}\n`
  const none = hasEvidence ? '' : `version ${version} is ${source} and has no evidence: nothing was measured of it\n`
  const broken = problem === null ? '' : `${problem}\n`
  const changed = `${renderLoosening(report.loosening)}${renderRecomputed(report.recomputed)}`
  const isOther = (report.recomputed?.differences.length ?? 0) > 0
  const other = 'it may not be merged, its evidence is not what was found'
  if (verdict.gates.length === 0) {
    const free = `${head}${none}${broken}${model} names no gates: nothing stands in its way\n${changed}`
    return isOther ? `${free}\n${other}\n` : free
  }
  const blocks = verdict.blocks || problem !== null
  const end = blocks ? 'it may not be merged or rolled out' : isOther ? other : 'it may go on'
  return [head, none, broken, ...verdict.gates.map(renderGate), changed, `\n${verdict.verdict}: ${end}\n`].join('')
}

function renderGate({ kind, name, enforcement, verdict, rules }: GateVerdict): string {
  const softer = enforcement === 'block' ? '' : `, enforcement: ${enforcement}`
  const table = renderTable(
    ['RULE', 'BOUND', 'VALUE', 'VERDICT'].map((title) => ({ title })),
    rules.map((rule) => [rule.rule, rule.says, valueOf(rule), verdictOf(rule)].map(printable)),
  )
  const details = rules.filter((rule) => rule.verdict !== 'passed').flatMap(sentencesOf)
  return `\n${kind} ${name}: ${verdict}${softer}\n${indent(table)}${indent(details.map((line) => `${printable(line)}\n`).join(''))}`
}

function valueOf({ decidedBy }: RuleVerdict): string {
  if (decidedBy === undefined) return ''
  const place = describePlace(decidedBy)
  return `${describeValue(decidedBy)}${place === '' ? '' : `, ${place}`}`
}

function verdictOf({ verdict, blocks, severity, waiver }: RuleVerdict): string {
  if (verdict === 'passed') return verdict
  if (blocks) return verdict
  if (waiver !== undefined && !waiver.expired) return `${verdict}, waived`
  return severity === 'warn' ? `${verdict}, a warning` : `${verdict}, does not block`
}

function sentencesOf({ rule, message, waiver, correction }: RuleVerdict): readonly string[] {
  const corrected = correction === undefined ? '' : ` (${correction.comparisons} groups, corrected by Holm)`
  if (waiver === undefined) return [`${rule}: ${message}${corrected}`]
  const { name, until, expired, grantedBy, reason } = waiver
  const held = expired ? `the waiver ${name} ended at ${until}` : `waived by ${name} until ${until}`
  return [`${rule}: ${message}${corrected}`, `  ${held}: ${reason} (${grantedBy})`]
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
