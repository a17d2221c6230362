/** What was made for one model, for people. Pure. */
import type { Evidence } from '../../core/evidence.ts'
import { buildMetrics } from '../../reports/sections/metrics-section.ts'
import { renderTerminal, type TerminalOptions } from '../../reports/text/render-terminal.ts'
import { renderTable } from '../table.ts'
import type { MadeVersion } from './make-version.ts'
import { renderVerdict } from './render-training.ts'
import type { Survey } from './survey-model.ts'

export function renderMade({ tree, dataset }: Survey, made: MadeVersion, style: TerminalOptions['style']): string {
  const { version, evidence, written, removed, restored, notes } = made
  const rows = Object.entries(evidence.dataset.rows).map(([part, n]) => `${n} ${part}`)
  return [
    `${tree.name} version ${version}: ${renderVerdict(evidence.verdict)}\n`,
    `  training set ${dataset.digest.slice(0, 19)}, rows: ${rows.join(', ')}\n`,
    renderMetrics(evidence, version, style).replace(/^(?=.)/gm, '  '),
    ...(evidence.run?.warnings ?? []).map((warning) => `  warning: ${warning}\n`),
    ...written.map((path) => `  wrote ${path}\n`),
    ...restored.map((path) => `  put back ${path}, as the main branch has it\n`),
    ...removed.map((path) => `  removed ${path}\n`),
    ...notes.map((note) => `  note: ${note}\n`),
  ].join('')
}

/** As every form of the report has them. */
function renderMetrics({ evaluation }: Evidence, version: number, style: TerminalOptions['style']): string {
  return renderTerminal({ title: '', sections: buildMetrics(evaluation, version) }, { style, renderTable })
}
