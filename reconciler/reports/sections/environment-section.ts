/** The section on what it was made of and where: data, parameters, files, packages, machine. Folded. Pure. */
import { canonicalJson, shortDigest, type Json } from '../../core/digest.ts'
import type { Evidence, RunEvidence } from '../../core/evidence.ts'
import type { ModelReport } from '../../core/report.ts'
import type { Artifact } from '../../core/release.ts'
import { compareText } from '../../core/finding.ts'
import { code, paragraph, type Block, type Run, type Section, type Text } from '../document/document.ts'
import { formatBytes, formatCount, formatSeconds } from '../document/format-number.ts'

export function buildEnvironment({ evidence, artifact }: ModelReport): readonly Section[] {
  if (evidence === null) return []
  const blocks = [
    factsTable(artifact, evidence),
    ...parametersBlocks(evidence),
    ...reportedBlocks(evidence.run),
    ...packagesBlocks(evidence.run),
  ]
  return [{ kind: 'environment', title: 'Data, parameters and environment', level: 3, isFolded: true, blocks }]
}

export function factsTable(artifact: Artifact | null, evidence: Evidence): Block {
  const rows = [...artifactFacts(artifact), ...inputFacts(evidence), ...runFacts(evidence)]
  return { type: 'table', columns: [{ title: 'What' }, { title: 'Value' }], rows }
}

type Fact = readonly [string, Text]

function artifactFacts(artifact: Artifact | null): readonly Fact[] {
  if (artifact === null) return []
  const opset = artifact.opset === undefined ? '' : `, opset ${artifact.opset}`
  return [
    ['Model file', [code(artifact.path ?? artifact.uri ?? 'unknown'), ` (${formatBytes(artifact.sizeBytes)}${opset})`]],
    ['Its sha256', code(artifact.sha256)],
  ]
}

function inputFacts({ dataset, training, inputsDigest, digest }: Evidence): readonly Fact[] {
  const rows = Object.entries(dataset.rows).map(([part, count]) => `${part} ${formatCount(count)}`)
  return [
    [
      'Training set',
      [code(shortDigest(dataset.digest)), ` as of ${dataset.asOf}; rows: ${rows.join(', ')}; label `, code(dataset.label)],
    ],
    ['Command', code(training.command.join(' '))],
    ['Seed', String(training.seed)],
    ["Trainer's files", code(shortDigest(training.files))],
    ['requirements.txt', training.requirements === null ? 'none' : code(shortDigest(training.requirements))],
    ['Inputs', code(shortDigest(inputsDigest))],
    ['Evidence', code(digest)],
  ]
}

function runFacts({ run, evaluatedFrom }: Evidence): readonly Fact[] {
  if (run === null) return evaluatedFrom === undefined ? [] : [['Trained as', `version ${evaluatedFrom}`]]
  const { machine, runtimes } = run
  const commit: Text =
    run.commit === null
      ? 'outside of a commit'
      : [code(run.commit.slice(0, 12)), run.dirty ? ', with changes that are not committed' : '']
  return [
    [
      'Run',
      [code(run.id), `, ${run.trainedAt}, ${formatSeconds(run.seconds)}, at most ${formatBytes(run.peakMemoryBytes)} of memory`],
    ],
    ['Commit', commit],
    ['Machine', `${machine.os}, ${machine.cpus} processors, ${formatBytes(machine.memoryBytes)} of memory`],
    [
      'Runtimes',
      sorted(runtimes)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ]
}

function sorted<Value>(record: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] {
  return Object.entries(record).sort(([a], [b]) => compareText(a, b))
}

/** What the trainer was given, beside what it had in the end. */
export function parametersBlocks({ training, run }: Evidence): readonly Block[] {
  const detected = run?.detected ?? {}
  const names = [...new Set([...Object.keys(training.parameters), ...Object.keys(detected)])].sort(compareText)
  if (names.length === 0) return [paragraph('The trainer was given no parameters.')]
  const differs = Object.keys(detected).length > 0
  const rows = names.map((name): readonly Text[] => [
    code(name),
    showJson(training.parameters[name]),
    ...(differs ? [showJson(detected[name])] : []),
  ])
  const columns = [
    { title: 'Parameter' },
    { title: 'Given' },
    ...(differs ? [{ title: 'Found in the end, where it differs' }] : []),
  ]
  return [{ type: 'table', columns, rows }]
}

function showJson(value: Json | undefined): Run | string {
  return value === undefined ? '' : code(canonicalJson(value))
}

function reportedBlocks(run: RunEvidence | null): readonly Block[] {
  const reported = sorted(run?.reported ?? {})
  if (reported.length === 0) return []
  return [
    paragraph(
      "The trainer's own numbers, told and not judged: ",
      reported.map(([name, value]) => `${name} ${String(value)}`).join(', '),
      '.',
    ),
  ]
}

function packagesBlocks(run: RunEvidence | null): readonly Block[] {
  if (run === null || run.packages.length === 0) return []
  return [
    {
      type: 'details',
      summary: `Installed packages (${run.packages.length})`,
      blocks: [{ type: 'code', text: [...run.packages].sort(compareText).join('\n') }],
    },
  ]
}
