/** A plan as text for a terminal and as markdown for a pull request. Pure; the same report always gives the same bytes. */
import type { Artifact } from '../core/release.ts'
import { countFindings, renderFindings } from '../manifests/findings-text.ts'
import { describeHold } from './describe-effects.ts'
import { describeFeatureChange, describeOnlineRows } from './describe-feature-change.ts'
import type { PlannedChange, PlanReport } from './plan-report.ts'

/** Draws a table: titles, then rows of as many cells. */
export type DrawTable = (titles: readonly string[], rows: readonly (readonly string[])[]) => string

const titles = ['ROLLOUT', 'FROM', 'TO', 'UNITS', 'STEPS', 'PLAN']

/** What moves as a table, then each change with its effects. Findings of an invalid side take the place of the plan. */
export function renderPlanText(report: PlanReport, drawTable: DrawTable): string {
  const head = `plan for ${report.environment}: ${report.desired.origin}, against ${report.against.origin}\n`
  const findings = renderFindings(report.findings, 'text')
  if (!report.valid) return `${head}${findings}nothing is planned: ${countFindings(report.findings)}\n`
  const { moving, waiting } = sortChanges(report.rollouts)
  const table = moving.length === 0 ? '' : `\n${drawTable(titles, moving.map(cells))}`
  const details = [...moving, ...waiting].map(
    (change) => `\n${nameOf(change)}: ${summaryOf(change)}\n${indent(sentencesOf(change))}`,
  )
  const features = describeFeatures(report)
  const rows = (report.onlineRows ?? []).map(describeOnlineRows)
  const section = (title: string, sentences: readonly string[]): string =>
    sentences.length === 0 ? '' : `\n${title}\n${indent(sentences)}`
  const sentences = section('features', features) + section('online rows', rows)
  return `${head}${findings}${report.changes ? '' : `${describeNoChange(report)}\n`}${table}${details.join('')}${sentences}`
}

/** For a comment: the table, and the effects of each change in a list. */
export function renderPlanMarkdown(report: PlanReport): string {
  const { environment, desired, against } = report
  const head = `### Mainward plan for ${escapeMarkdown(environment)}\n\n${escapeMarkdown(desired.origin)}, against ${escapeMarkdown(against.origin)}\n`
  const findings = report.findings.map((finding) => `- ${escapeMarkdown(renderFindings([finding], 'text').trim())}\n`).join('')
  const problems = findings === '' ? '' : `\n**${countFindings(report.findings)}**\n\n${findings}`
  if (!report.valid) return `${head}${problems}\nNothing is planned.\n`
  const { moving, waiting } = sortChanges(report.rollouts)
  const table = moving.length === 0 ? '' : `\n${drawMarkdown(titles.map(capitalise), moving.map(cells))}`
  const details = [...moving, ...waiting].map(
    (change) =>
      `\n**${escapeMarkdown(nameOf(change))}**: ${escapeMarkdown(summaryOf(change))}\n` +
      sentencesOf(change)
        .map((sentence) => `- ${escapeMarkdown(sentence)}\n`)
        .join(''),
  )
  const section = (title: string, sentences: readonly string[]): string =>
    sentences.length === 0 ? '' : `\n**${title}**\n${sentences.map((sentence) => `- ${escapeMarkdown(sentence)}\n`).join('')}`
  const rows = (report.onlineRows ?? []).map(describeOnlineRows)
  const sentences = section('features', describeFeatures(report)) + section('online rows', rows)
  const nothing = report.changes ? '' : `\n${capitaliseFirst(describeNoChange(report))}.\n`
  return `${head}${problems}${nothing}${table}${details.join('')}${sentences}`
}

function describeFeatures({ features, against }: PlanReport): readonly string[] {
  if (features !== null) return features.map(describeFeatureChange)
  return [`changes of features are not known: ${against.commit ?? 'what is observed'} is no commit of this repository`]
}

function describeNoChange({ features, onlineRows }: PlanReport): string {
  return (features === null || features.length === 0) && (onlineRows ?? []).length === 0
    ? 'no changes'
    : 'no changes of what is served'
}

function capitaliseFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function sortChanges(changes: readonly PlannedChange[]) {
  return {
    moving: changes.filter(({ type }) => type !== 'wait'),
    waiting: changes.filter(({ type }) => type === 'wait'),
  }
}

function cells(change: PlannedChange): readonly string[] {
  const { from, to, movedPercent, steps, type, event } = change
  return [
    nameOf(change),
    from ?? '-',
    to ?? '-',
    movedPercent === null ? '-' : `${movedPercent} %`,
    steps.length === 0 ? '-' : steps.map(({ weight, holdMs }) => `${weight} %${describeHold(holdMs)}`).join(', '),
    event ?? type,
  ]
}

function nameOf({ rollout }: PlannedChange): string {
  return rollout ?? 'all rollouts'
}

function summaryOf({ type, event, message, reason }: PlannedChange): string {
  switch (type) {
    case 'transition':
      return `${event ?? ''}, ${message}`
    case 'remove':
      return `removed, ${message}`
    case 'refuse':
      return `refused (${reason}), ${message}`
    case 'wait':
      return `under way (${reason}), ${message}`
    case 'pending':
      return message
  }
}

function sentencesOf({ effects, artifacts }: PlannedChange): readonly string[] {
  return [...artifacts.map(describeArtifact), ...effects]
}

function describeArtifact({ path, uri, sizeBytes, sha256 }: Artifact): string {
  const size = new Intl.NumberFormat('en').format(sizeBytes)
  return `${path ?? uri ?? sha256} (${size} bytes) is copied into the artifact store`
}

function indent(sentences: readonly string[]): string {
  return sentences.map((sentence) => `  ${sentence}\n`).join('')
}

function drawMarkdown(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.map(escapeMarkdown).join(' | ')} |\n`
  return line(names) + line(names.map(() => '---')) + rows.map(line).join('')
}

function capitalise(title: string): string {
  return title.slice(0, 1) + title.slice(1).toLowerCase()
}

/** Names and messages are other people's text: nothing of it may become a link, a mention, HTML or another cell. */
function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|#~]/g, (character) => `\\${character}`)
    .replaceAll('@', '@\u200b')
    .replace(/\s*\n\s*/g, ' ')
}
