/** The first section of a report: may this be merged, and what decided it. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import type { ModelReport, Report } from '../../core/report.ts'
import type { RuleVerdict } from '../../core/verdict.ts'
import { badge, code, type Block, type Run, type Section, type Text } from '../document/document.ts'
import { describeOutcome, modelBadge, verdictBadge } from './verdict-words.ts'

/** Always there, and always of the same length, whatever the change has in it. */
export function buildHeadline(report: Report): Section {
  const models = countNoun(report.models.length, 'model')
  return {
    kind: 'verdict',
    title: ['Verdict: ', verdictBadge(report.verdict)],
    level: 1,
    isFolded: false,
    blocks: [
      {
        type: 'paragraph',
        text: [code(report.project), ...describePlace(report), `, ${models}. `, ...describePermission(report)],
      },
    ],
  }
}

/** A line for each model, the ones that stand in the way first. */
export function buildSummary({ models }: Report): readonly Section[] {
  if (models.length === 0) return []
  const rows = [...models].sort((a, b) => Number(standsInTheWay(b)) - Number(standsInTheWay(a))).map(summarizeModel)
  const columns = [
    { title: 'Model' },
    { title: 'Version' },
    { title: 'Verdict' },
    { title: 'What was done' },
    { title: 'Decided by' },
  ]
  return [{ kind: 'summary', title: 'Models', level: 2, isFolded: false, blocks: [{ type: 'table', columns, rows }] }]
}

function describePlace({ commit, base }: Report): readonly (string | Run)[] {
  const at = commit === null ? [' as it is in the working tree'] : [' at ', code(commit.slice(0, 12))]
  return base === null ? at : [...at, ', compared with ', code(base.slice(0, 12))]
}

function describePermission({ blocks, verdict }: Report): readonly (string | Run)[] {
  if (blocks) return ['This may ', badge('not be merged', 'bad'), '.']
  if (verdict === 'passed') return ['Nothing stands in the way.']
  return [
    'It may be merged all the same: what was not passed blocks nothing (a warning, a waiver, or a gate that only measures).',
  ]
}

function summarizeModel(model: ModelReport): readonly Text[] {
  const version = model.version === null ? '' : `${model.version}${model.served === null ? '' : ` (served: ${model.served})`}`
  return [code(model.model), version, modelBadge(model), describeOutcome(model.outcome), decidedBy(model)]
}

function decidedBy({ outcome, evidence }: ModelReport): Text {
  if (outcome.type === 'failed') return outcome.message
  if (evidence === null) return ''
  const rules = findDeciding(evidence.verdict.gates.flatMap((gate) => gate.rules.map((rule) => ({ gate: gate.name, rule }))))
  if (rules.length === 0) return evidence.verdict.gates.length === 0 ? 'no gates' : 'every rule'
  return rules.flatMap(({ gate, rule }, index) => [...(index === 0 ? [] : [', ']), code(`${gate}: ${rule.rule}`)])
}

/** At most three rules of the worst sort. */
function findDeciding<Item extends { readonly rule: RuleVerdict }>(rules: readonly Item[]): readonly Item[] {
  const critical = rules.filter(({ rule }) => rule.severity === 'critical')
  const failed = critical.filter(({ rule }) => rule.verdict === 'failed')
  return (failed.length > 0 ? failed : critical.filter(({ rule }) => rule.verdict === 'inconclusive')).slice(0, 3)
}

function standsInTheWay({ outcome, evidence }: ModelReport): boolean {
  return outcome.type === 'failed' || evidence?.verdict.blocks === true
}

/** Warnings that concern the change as a whole. */
export function buildWarnings({ warnings }: Report): readonly Section[] {
  if (warnings.length === 0) return []
  const blocks: readonly Block[] = [{ type: 'list', items: warnings }]
  return [{ kind: 'warnings', title: 'Warnings', level: 2, isFolded: false, blocks }]
}
