/**
 * The model card of a version: the sections of Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019), filled with what is known and
 * judged. Pure; what is not known is said to be unknown.
 */
import { shortDigest } from '../../core/digest.ts'
import { compareText } from '../../core/finding.ts'
import type { Evidence } from '../../core/evidence.ts'
import { code, listNames, paragraph, sentence, type Block, type Section, type Text } from '../../reports/document/document.ts'
import { formatBytes, formatCount } from '../../reports/document/format-number.ts'
import { parametersBlocks } from '../../reports/sections/environment-section.ts'
import { fairnessBlocks } from '../../reports/sections/fairness-section.ts'
import { gatesBlocks } from '../../reports/sections/gates-section.ts'
import { metricsBlocks } from '../../reports/sections/metrics-section.ts'
import { slicesBlocks } from '../../reports/sections/slices-section.ts'
import { buildCardMetadata } from './card-metadata.ts'
import { listCaveats } from './list-caveats.ts'
import type { CardSubject, ModelCard } from './model-card.ts'

export function buildModelCard(subject: CardSubject): ModelCard {
  const { model, version, evidence } = subject
  const title = `${model}, version ${version}`
  const sections = [
    section('Model details', detailsBlocks(subject)),
    section('Intended use', intendedUse(subject)),
    section('Factors', factorsBlocks(evidence)),
    section('Metrics', evidence === null ? unmeasured : measuredBlocks(evidence, version)),
    section('Evaluation data', evidence === null ? unmeasured : evaluationData(evidence, subject.source)),
    section('Training data', evidence === null ? unmeasured : trainingData(evidence)),
    section('Quantitative analyses', evidence === null ? unmeasured : analysesBlocks(evidence)),
    section('Caveats and what is unknown', [{ type: 'list', items: listCaveats(subject) }]),
    section('How to reproduce', reproduceBlocks(subject)),
  ]
  return { title, metadata: buildCardMetadata(subject), document: { title, sections } }
}

const unmeasured: readonly Block[] = [paragraph('Unknown: this version has no evidence.')]

function section(title: string, blocks: readonly Block[]): Section {
  return { kind: 'card', title, level: 1, isFolded: false, blocks }
}

function detailsBlocks(subject: CardSubject): readonly Block[] {
  const { project, task, source, owner, license, riskTier, artifact, evidence } = subject
  const run = evidence?.run ?? null
  const again = evidence?.evaluatedFrom === undefined ? '' : `; the model file is that of version ${evidence.evaluatedFrom}`
  const threshold = evidence?.evaluation.threshold
  const rows: readonly (readonly [string, Text])[] = [
    ['Project', code(project)],
    ['Task', task],
    ['Source', `${source}${again}`],
    ['Trained at', run?.trainedAt ?? 'unknown'],
    [
      'Commit',
      run === null || run.commit === null
        ? 'unknown'
        : [code(run.commit), run.dirty ? ', with changes that were not committed' : ''],
    ],
    ['Owner', owner ?? 'unknown'],
    ['License', license ?? 'unknown'],
    ['Risk tier', riskTier],
    ['Kind of model', 'unknown: any program may train it; it is an ONNX file'],
    ['Model file', [code(artifact.path ?? artifact.uri ?? 'unknown'), ` (${formatBytes(artifact.sizeBytes)}${artifact.opset === undefined ? '' : `, opset ${artifact.opset}`})`]], // prettier-ignore
    ['sha256', code(artifact.sha256)],
    ...(threshold === undefined ? [] : [['Decision', `true from a score of ${threshold} on`] as const]),
    ['Evidence', evidence === null ? 'none' : code(evidence.digest)],
  ]
  return [{ type: 'table', columns: [{ title: 'What' }, { title: 'Value' }], rows }, ...inputsBlocks(subject)]
}

function inputsBlocks({ inputs }: CardSubject): readonly Block[] {
  if (inputs.length === 0) return [paragraph('Inputs: the tensors of the model file; they have no names of features.')]
  return [paragraph(`Inputs, in their order (${inputs.length}): `, ...listNames(inputs), '.')]
}

function intendedUse({ description }: CardSubject): readonly Block[] {
  const use = description === null ? 'Unknown: the manifest of the model has no description.' : sentence(description)
  return [paragraph(use), paragraph('Whom it is meant for, and uses that are out of scope: not stated.')]
}

function factorsBlocks(evidence: Evidence | null): readonly Block[] {
  if (evidence === null) return unmeasured
  const groups = evidence.evaluation.measurements.flatMap(({ group, across }) => [
    ...(group === undefined ? [] : [Object.keys(group).join(' × ')]),
    ...(across === undefined ? [] : [across.columns.join(' × ')]),
  ])
  const names = [...new Set(groups)].sort(compareText)
  if (names.length === 0)
    return [paragraph('No part of the rows was looked at by itself: whether it is as good for all of them is unknown.')]
  return [paragraph('Looked at by themselves: ', ...listNames(names), '. Whether it is as good for other parts is unknown.')]
}

function measuredBlocks({ evaluation }: Evidence, version: number): readonly Block[] {
  const blocks = metricsBlocks(evaluation, version)
  return blocks.length === 0 ? [paragraph('No metric was measured on all rows.')] : blocks
}

function evaluationData({ evaluation, dataset }: Evidence, source: CardSubject['source']): readonly Block[] {
  const { part, rows, clusters } = evaluation
  const drawn =
    clusters === undefined ? 'Rows count one by one.' : `Rows of the same ${clusters.by} belong together (${clusters.count}).`
  return [
    paragraph(`The ${part} part of the training set `, code(shortDigest(dataset.digest)), `: ${formatCount(rows)} rows. ${describeSight(part, source)} ${drawn} Label: `, code(dataset.label), '.'), // prettier-ignore
  ]
}

/** Only the test part is kept from a trainer, and only from one that Mainward runs. */
function describeSight(part: Evidence['evaluation']['part'], source: CardSubject['source']): string {
  if (source === 'imported') return 'Whether it was trained on them is unknown.'
  return part === 'test' ? 'The trainer was never given them.' : 'The trainer was given them, too.'
}

function trainingData(evidence: Evidence): readonly Block[] {
  const { dataset } = evidence
  const rows = Object.entries(dataset.rows).map(([part, count]): readonly Text[] => [part, formatCount(count)])
  return [
    paragraph(
      'Training set ',
      code(dataset.digest),
      `, as known on ${dataset.asOf}. Where the data come from is in the sources of the repository.`,
    ),
    { type: 'table', columns: [{ title: 'Part' }, { title: 'Rows', align: 'right' }], rows },
    ...parametersBlocks(evidence),
  ]
}

function analysesBlocks({ evaluation, verdict }: Evidence): readonly Block[] {
  return [...gatesBlocks(verdict), ...slicesBlocks(evaluation, verdict), ...fairnessBlocks(evaluation, verdict.gates)]
}

function reproduceBlocks({ reproduce, evidence }: CardSubject): readonly Block[] {
  if (reproduce === null) return [paragraph('Unknown: there is no recipe for this version.')]
  const packages = evidence?.run?.packages ?? []
  const installed: readonly Block[] = packages.length === 0 ? [] : [{ type: 'details', summary: `Installed packages (${packages.length})`, blocks: [{ type: 'code', text: [...packages].sort(compareText).join('\n') }] }] // prettier-ignore
  return [{ type: 'code', text: reproduce }, ...installed]
}
