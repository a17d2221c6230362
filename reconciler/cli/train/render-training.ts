/** What was decided and done for one model, for people. Pure. */
import type { ModelVerdict } from '../../core/verdict.ts'
import type { Measurement } from '../../core/measurement.ts'
import type { Evidence } from '../../core/evidence.ts'
import { renderTable } from '../table.ts'
import { readEvidence } from './known-evidence.ts'
import type { MadeVersion } from './make-version.ts'
import type { Survey } from './survey-model.ts'

export function renderDecision({ tree, decision, versions }: Survey): string {
  const { name } = tree
  const because = 'because' in decision ? decision.because.map((reason) => `  ${reason}\n`).join('') : ''
  switch (decision.type) {
    case 'unchanged': {
      const newest = versions.at(-1)?.spec.version
      const later = newest === decision.version ? '' : `; the newest version is ${newest}`
      return `${name}: nothing to train, the inputs are those of version ${decision.version}${later}\n${renderBlocked(name, versions, decision.version)}`
    }
    case 'train':
      return `${name}: to train\n${because}`
    case 'reuse':
      return `${name}: trained before, in another branch; the model file is in the store\n${because}`
    case 'renumber':
      return `${name}: version ${decision.from.spec.version} gets another number, without training\n${because}`
    case 'evaluate-again':
      return `${name}: a new version with the model file of version ${decision.from.spec.version}, without training\n${because}`
    case 'refresh':
      return `${name}: version ${decision.from.spec.version} is to be judged again, without training\n${because}`
  }
}

/** Why the command does not end with 0 where it had nothing to do; empty: nothing stands in the way. */
function renderBlocked(name: string, versions: Survey['versions'], version: number): string {
  const stored = versions.find(({ spec }) => spec.version === version)?.spec.evidence ?? {}
  const verdict = readEvidence(stored)?.verdict
  return verdict?.blocks === true ? `  it is ${renderVerdict(verdict)}: mainward gate ${name} ${version} says why\n` : ''
}

export function renderMade({ tree, dataset }: Survey, made: MadeVersion): string {
  const { version, evidence, written, removed, notes } = made
  const rows = Object.entries(evidence.dataset.rows).map(([part, n]) => `${n} ${part}`)
  return [
    `${tree.name} version ${version}: ${renderVerdict(evidence.verdict)}\n`,
    `  training set ${dataset.digest.slice(0, 19)}, rows: ${rows.join(', ')}\n`,
    renderMeasurements(evidence).replace(/^(?=.)/gm, '  '),
    ...(evidence.run?.warnings ?? []).map((warning) => `  warning: ${warning}\n`),
    ...written.map((path) => `  wrote ${path}\n`),
    ...removed.map((path) => `  removed ${path}\n`),
    ...notes.map((note) => `  note: ${note}\n`),
  ].join('')
}

function renderVerdict({ verdict, blocks, gates }: ModelVerdict): string {
  if (gates.length === 0) return 'no gates'
  return `${verdict}${blocks ? ', blocked' : ''} (${gates.map((gate) => `${gate.name} ${gate.verdict}`).join(', ')})`
}

/** Of all rows: the candidate beside what it is compared with. */
function renderMeasurements({ evaluation }: Evidence): string {
  const all = evaluation.measurements.filter(({ group, across }) => group === undefined && across === undefined)
  const names = [...new Set(all.map(({ metric }) => metric))]
  const find = (metric: string, of: string) => all.find((each) => each.metric === metric && each.of === of)
  const rows = names.map((metric) => [
    metric,
    show(find(metric, 'candidate')),
    show(find(metric, 'production')),
    show(find(metric, 'difference-to-production')),
    show(find(metric, 'baseline')),
  ])
  const titles = [evaluation.part, 'candidate', 'production', 'difference', 'baseline']
  return renderTable(
    titles.map((title) => ({ title })),
    rows,
  )
}

function show(measurement: Measurement | undefined): string {
  if (measurement === undefined) return '-'
  const { estimate, low, high } = measurement
  if (estimate === null) return 'undefined'
  return low === null || high === null ? estimate.toFixed(4) : `${estimate.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`
}
