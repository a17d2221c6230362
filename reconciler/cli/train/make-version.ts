/** Carries out what was decided for a model: from its model file to the files of a version in the working tree. */
import type { Evidence, RunEvidence, TrainingEvidence } from '../../core/evidence.ts'
import { MainwardError } from '../../core/error.ts'
import type { ReproductionOutcome } from '../../core/evaluation.ts'
import type { GoldenRow, Signature } from '../../core/release.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { CliContext } from '../context.ts'
import type { Progress } from '../features/progress.ts'
import { chooseGoldenRows } from '../import/choose-golden-rows.ts'
import { describeArtifact } from '../import/place-artifact.ts'
import { buildEvidence, describeTraining } from './build-evidence.ts'
import { compareWithEarlier, type EarlierComparison } from './compare-with-earlier.ts'
import { digestEvaluation } from './digest-evaluation.ts'
import { type MadeDataset, once } from './find-dataset.ts'
import { type DatasetFacts, judge, readFacts } from './judge-model.ts'
import type { OpenTraining } from './open-training.ts'
import type { TrainingLabels } from './read-dataset.ts'
import { readModelFile } from './read-model-file.ts'
import type { RequestsSource } from './recorded-requests.ts'
import { runTraining } from './run-training.ts'
import type { Survey } from './survey-model.ts'
import { describeSource } from './describe-source.ts'
import { chooseNumber, writeVersion, type WrittenVersion } from './write-version.ts'

export interface MakingOptions {
  readonly context: CliContext
  readonly progress: Progress
  readonly threads: number
  /** Of recorded requests; null: none was given. */
  readonly records: RequestsSource | null
  readonly onLines: (lines: readonly string[]) => void
}

/** A model file, and where it comes from. */
interface ModelSource {
  readonly bytes: Uint8Array
  readonly run: RunEvidence | null
  /** Number of the version whose file it is, where that stays; null: its own. */
  readonly evaluatedFrom: number | null
  readonly training: TrainingEvidence
  /** Of an earlier evaluation of the same file. */
  readonly before: { readonly spec: ModelVersionSpec; readonly evidence: Evidence } | null
}

export interface MadeVersion extends WrittenVersion {
  readonly evidence: Evidence
  /** Against the version of the same inputs that was trained before; null: not trained now, or there is none. */
  readonly reproduction: ReproductionOutcome | null
}

/** Of the rows that the model file was tried on. */
const goldenRows = 10

const notCompared: EarlierComparison = { reproduction: null, notes: [] }

/** Not to be called where nothing has to be done. Throws what training, inspection and evaluation throw; the tree then is as it was. */
export async function makeVersion(survey: Survey, opened: OpenTraining, options: MakingOptions): Promise<MadeVersion> {
  const { tree, decision } = survey
  const version = await chooseNumber(survey, opened)
  const facts = once(() => readFacts(survey, opened))
  const source = await findSource(survey, opened, { options, facts })
  const production = await opened.production.find(tree.name, tree.spec.task)
  const judges = await opened.rules.judgesOf(tree.name, tree.spec)
  const sha256 = describeArtifact(source.bytes, '').sha256
  const digestOf = (signature: Signature) =>
    digestEvaluation({ dataset: survey.dataset.digest, sha256, signature, judges, production })
  const kept = keepEvaluation(source, decision, digestOf)
  if (kept !== null) return write(survey, opened, { version, source, earlier: notCompared, ...kept })
  const { report, inspected, judgement } = await judge(survey, opened, {
    version,
    progress: options.progress,
    records: options.records,
    bytes: source.bytes,
    production,
    judges,
    facts: await facts(),
  })
  const evidence = buildEvidence({
    inputsDigest: survey.inputsDigest,
    dataset: report,
    training: source.training,
    run: source.run,
    evaluatedFrom: source.evaluatedFrom,
    sha256,
    evaluationInputs: digestOf(inspected.signature),
    judgement,
  })
  const golden = chooseGoldenRows(inspected.goldenRows, goldenRows)
  const { dataset } = await facts()
  const isTrained = decision.type === 'train'
  const earlier = isTrained ? await compareWithEarlier(survey, opened, { dataset, bytes: source.bytes }) : notCompared
  return write(survey, opened, { version, source, evidence, earlier, signature: inspected.signature, golden })
}

/** The evaluation of the same file that still holds: its version gets another number alone. */
function keepEvaluation(source: ModelSource, decision: Survey['decision'], digestOf: (signature: Signature) => string) {
  if (source.before === null || decision.type === 'evaluate-again' || decision.type === 'refresh') return null
  const { spec, evidence } = source.before
  if (evidence.evaluationInputs === undefined || evidence.evaluationInputs !== digestOf(spec.signature)) return null
  return { evidence, signature: spec.signature, golden: spec.goldenRows }
}

interface Work {
  readonly options: MakingOptions
  readonly facts: () => Promise<DatasetFacts>
}

async function findSource(survey: Survey, opened: OpenTraining, work: Work): Promise<ModelSource> {
  const { decision, stored, tree } = survey
  switch (decision.type) {
    case 'unchanged':
      throw new Error(`nothing has to be done for ${tree.name}`)
    case 'train': {
      const { bytes, run } = await train(survey, opened, work)
      return { bytes, run, evaluatedFrom: null, training: describeTraining(survey.inputs), before: null }
    }
    case 'reuse': {
      if (stored === null) throw new Error(`the store has a version of ${tree.name}`)
      const bytes = await opened.versions.readArtifact(stored.spec.artifact.sha256)
      return { bytes, run: stored.evidence.run, evaluatedFrom: null, training: stored.evidence.training, before: stored }
    }
    case 'renumber':
    case 'refresh':
    case 'evaluate-again': {
      const { spec, evidence } = decision.from
      const bytes = await readModelFile(spec, opened)
      const isNew = decision.type === 'evaluate-again'
      const from = isNew ? (evidence.evaluatedFrom ?? spec.version) : (evidence.evaluatedFrom ?? null)
      const run = isNew ? null : evidence.run
      return { bytes, run, evaluatedFrom: from, training: evidence.training, before: { spec, evidence } }
    }
  }
}

async function train(survey: Survey, opened: OpenTraining, { options, facts }: Work) {
  const { tree, files } = survey
  const { context, progress, threads, onLines } = options
  const { dataset, labels } = await facts()
  assertLearnable(survey, dataset, labels)
  const source = await describeSource(opened, files)
  return runTraining(
    {
      model: tree.name,
      inputs: survey.inputsDigest,
      trainer: tree.trainer,
      files,
      dataset,
      source,
      codeFolder: opened.project,
      threads,
      onStep: progress.step,
      onLines,
    },
    context,
    opened,
  )
}

/** Nothing can be learned of rows that all have the same label: a trainer would fail later, and say less. */
function assertLearnable({ tree: { name, spec } }: Survey, { report }: MadeDataset, { classes }: TrainingLabels): void {
  if (spec.task === 'regression' || classes.length > 1) return
  const rows = report.parts.find((part) => part.name === 'train')?.rows ?? 0
  const found = classes.length === 0 ? 'no label' : `${JSON.stringify(classes[0])} in all of them`
  throw new MainwardError(
    'invalid-input',
    `${name} has ${rows} rows to learn from: expected labels of two classes or more, found ${found}`,
    { hint: 'take a longer time in training.data of the model, or look at the label column' },
  )
}

interface WriteRequest {
  readonly version: number
  readonly source: ModelSource
  readonly evidence: Evidence
  readonly earlier: EarlierComparison
  readonly signature: Signature
  readonly golden: readonly GoldenRow[]
}

async function write(
  survey: Survey,
  opened: OpenTraining,
  { version, source, evidence, earlier, signature, golden }: WriteRequest,
): Promise<MadeVersion> {
  const written = await writeVersion({ version, survey, opened, bytes: source.bytes, evidence, signature, goldenRows: golden })
  const { bytes } = source
  await opened.versions.keep(survey.tree.name, survey.inputsDigest, { manifest: written.manifest, bytes })
  return { ...written, evidence, reproduction: earlier.reproduction, notes: [...written.notes, ...earlier.notes] }
}
