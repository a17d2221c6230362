/** Judges a model file as a version of a model: what is known of its training set, the look at the file, its evaluation and verdict. */
import type { DatasetEvidence } from '../../core/evidence.ts'
import { MainwardError } from '../../core/error.ts'
import type { DataCheckOutcome } from '../../core/evaluation.ts'
import type { Judges } from '../../gates/choose-judges.ts'
import type { Progress } from '../features/progress.ts'
import { readModelOnDemand } from '../import/model-on-demand.ts'
import type { SampleRow } from '../import/parse-sample.ts'
import { describeArtifact } from '../import/place-artifact.ts'
import { describeDataset } from './build-evidence.ts'
import { evaluateVersion, type Judgement } from './evaluate-version.ts'
import type { MadeDataset } from './find-dataset.ts'
import { inspectModel, type InspectedModel } from './inspect-model.ts'
import type { OpenTraining } from './open-training.ts'
import { isPositive, type TrainingLabels, withDataset } from './read-dataset.ts'
import type { RequestsSource } from './recorded-requests.ts'
import type { Survey } from './survey-model.ts'

/** Rows that the model file is tried on. */
const triedRows = 1000

/** What is known of a training set without any model. */
export interface DatasetFacts {
  readonly dataset: MadeDataset
  readonly part: 'validation' | 'test'
  readonly rows: readonly SampleRow[]
  readonly labels: TrainingLabels
  readonly checks: readonly DataCheckOutcome[]
}

export async function readFacts({ tree: { name, spec }, dataset: found }: Survey, opened: OpenTraining): Promise<DatasetFacts> {
  const dataset = await found.make()
  const { folder, report } = dataset
  const part = judgedPart(name, dataset)
  const question = { folder, report, task: spec.task, positiveClass: spec.evaluation.positiveClass }
  return withDataset(question, opened.engine, async (reader) => ({
    dataset,
    part,
    rows: await reader.readSample('train', triedRows),
    labels: await reader.readLabels(),
    checks: await reader.checkData(part),
  }))
}

export interface JudgeRequest {
  readonly version: number
  readonly progress: Progress
  /** Of recorded requests; null: none was given. */
  readonly records: RequestsSource | null
  readonly bytes: Uint8Array
  readonly production: Awaited<ReturnType<OpenTraining['production']['find']>>
  readonly judges: Judges
  readonly facts: DatasetFacts
}

/** Throws for a file that the model can not have. */
export async function judge(
  survey: Survey,
  opened: OpenTraining,
  { version, progress, records, bytes, production, judges, facts }: JudgeRequest,
): Promise<{ readonly report: DatasetEvidence; readonly inspected: InspectedModel; readonly judgement: Judgement }> {
  const { tree } = survey
  const { dataset, part, rows, labels, checks } = facts
  progress.step(`${tree.name}: model file`)
  const onDemand = readModelOnDemand({ model: { file: '', spec: tree.spec } }, tree.views)
  const inspected = await inspectModel({
    model: tree.name,
    bytes,
    spec: tree.spec,
    views: tree.views,
    onDemand,
    columns: dataset.report.columns.filter(({ role }) => role !== 'label').map(({ name }) => name),
    positiveIndex: positiveIndex(labels, tree.spec.evaluation.positiveClass),
    rows,
  })
  const judgement = await evaluateVersion(
    {
      model: tree.name,
      version,
      spec: tree.spec,
      judges,
      bytes,
      artifact: describeArtifact(bytes, ''),
      layout: {
        signature: inspected.signature,
        requestFeatures: tree.spec.requestFeatures,
        ...(onDemand.features.length === 0 ? {} : { onDemand: onDemand.features }),
        ...(tree.views.roles.length === 0 ? {} : { views: tree.views.roles }),
        nulls: tree.spec.nulls,
      },
      production,
      dataset,
      labels,
      part,
      records,
      checks: [...checks, inspected.varies],
    },
    opened,
    progress,
  )
  return { report: describeDataset(dataset.report, survey.dataset.sources), inspected, judgement }
}

/** The last part in time: nobody learned from it, and no parameter was chosen by it. */
function judgedPart(model: string, { report }: MadeDataset): 'validation' | 'test' {
  const names = report.parts.map(({ name }) => name)
  const part = (['test', 'validation'] as const).find((name) => names.includes(name))
  if (part !== undefined) return part
  throw new MainwardError('invalid-input', `nothing to judge ${model} by: its training set is one part`, {
    hint: 'give training.data a length of its test part, for example test: 14d',
  })
}

/** Trainers order the columns of a score as scikit-learn orders classes: numbers by size, texts by code point. */
function positiveIndex({ classes }: TrainingLabels, positiveClass: string | number | boolean | null): number {
  const at = classes.findIndex((value) => isPositive(value, positiveClass))
  return at === -1 ? 1 : at
}
