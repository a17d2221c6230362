/** The kind Model: what is predicted, from which features and rows, what the caller sends, how it is served. */
import type { Json } from '../../core/digest.ts'
import type { EvaluationColumns, LabelDefinition } from '../../core/feature-definition.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import type { NullPolicy, Recording, RequestFeature, Task } from '../../core/release.ts'
import { durationMs } from '../duration.ts'
import type { WrittenEvaluation, WrittenModelSpec, WrittenTraining, WrittenTrainingData } from '../generated/model.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition, PointedReference } from './kind-definition.ts'
import { featureNames } from '../model-feature-names.ts'
import { modelOnDemandChecks } from './model-on-demand-checks.ts'
import { modelTrainingChecks } from './model-training-checks.ts'
import {
  defaultThreshold,
  featureChecks,
  featuresMeaning,
  normaliseNulls,
  onDemandMeaning,
  reportDuplicates,
  writtenMembers,
} from './request-features.ts'

/** A Model's spec with every default filled. */
export interface ModelSpec {
  readonly task: Task
  readonly features: readonly ModelFeatureSpec[]
  readonly requestFeatures: readonly RequestFeature[]
  readonly onDemand: readonly OnDemandFeature[]
  /** Names of features that on-demand features read, and the model does not take. */
  readonly onDemandOnly: readonly string[]
  readonly nulls: NullPolicy
  readonly serving: { readonly budgetMs: number }
  readonly recording: Recording
  /** Filled for binary classification, absent for the other tasks. */
  readonly decision?: { readonly threshold: number }
  /** Null: no training set can be made. */
  readonly label: LabelDefinition | null
  /** Null: every row, in one part. */
  readonly training: TrainingSpec | null
  readonly evaluation: EvaluationColumns
}

/** As ModelFeature in core, but `join` has only what is written: a key that is not here is in the column of its own name. */
export interface ModelFeatureSpec {
  readonly view: string
  readonly join: Readonly<Record<string, string>>
  readonly as: string | null
  readonly take: readonly string[]
}

export interface TrainingSpec {
  readonly data: TrainingDataSpec
  /** Column of the label source; null: every row counts the same. */
  readonly weights: string | null
}

export interface TrainingDataSpec {
  /** As written; null: from the oldest row on. */
  readonly from: string | null
  readonly until: string
  /** Null: by `predictAt`. */
  readonly splitBy: string | null
  readonly validationMs: number
  readonly testMs: number
}

export const modelKind: KindDefinition<WrittenModelSpec, ModelSpec> = {
  schema: schemas.model,
  perEnvironment: false,
  unsupported: [
    ...['gates', 'fairness', 'riskTier', 'tests'],
    ...['command', 'params', 'seed', 'test', 'timeout', 'memory', 'promotion'].map((field) => `training/${field}`),
    ...['metrics', 'positiveClass'].map((field) => `evaluation/${field}`),
  ].map((field) => `/spec/${field}`),
  positions: [
    '/metadata/name',
    '/spec/features/*/view',
    '/spec/features/*/join',
    '/spec/features/*/join/*',
    '/spec/features/*/take/*',
    '/spec/requestFeatures',
    '/spec/requestFeatures/*/name',
    '/spec/requestFeatures/*/dtype',
    '/spec/onDemand',
    '/spec/onDemand/*',
    '/spec/onDemand/*/name',
    '/spec/onDemand/*/cel',
    '/spec/onDemandOnly',
    '/spec/onDemandOnly/*',
    '/spec/nulls',
    '/spec/decision',
    '/spec/recording/drop/*',
    '/spec/label/source',
    '/spec/label/column',
    '/spec/label/predictAt',
    '/spec/label/knownAt',
    '/spec/training/data/splitBy',
    '/spec/training/weights',
    '/spec/evaluation/resampleBy',
    '/spec/evaluation/slices/*/by',
  ],
  texts: ['/spec/onDemand/*/cel'],
  checks: [
    ...featureChecks<WrittenModelSpec>('/spec/features', ({ features = [] }) => features.flatMap(featureNames)),
    ...modelTrainingChecks,
    ...modelOnDemandChecks,
    {
      reads: ['/spec/recording/drop'],
      check({ spec }, report) {
        reportDuplicates(spec.recording?.drop ?? [], (index) => `/spec/recording/drop/${index}`, report)
      },
    },
    {
      reads: ['/spec/task', '/spec/decision'],
      check({ spec }, report) {
        if (spec.decision === undefined || spec.task === 'binary-classification') return
        const message = `expected no decision for the task ${spec.task}, found one`
        report('/spec/decision', { rule: 'decision-task', message, hint: 'remove decision, or set task: binary-classification' })
      },
    },
  ],
  inapplicableDefaults: (written) => [
    ...(written.task === 'binary-classification' ? [] : ['/spec/decision']),
    ...(written.evaluation === undefined ? ['/spec/evaluation'] : []),
  ],
  normalise(written) {
    const spec = {
      task: written.task,
      features: (written.features ?? []).map(({ view, join, as, take }) => ({ view, join: join ?? {}, as: as ?? null, take })),
      requestFeatures: written.requestFeatures ?? [],
      onDemand: written.onDemand ?? [],
      onDemandOnly: written.onDemandOnly ?? [],
      nulls: normaliseNulls(written.nulls),
      serving: { budgetMs: durationMs(written.serving?.budget ?? '50ms') },
      recording: { percent: written.recording?.percent ?? 100, drop: written.recording?.drop ?? [] },
      label: written.label === undefined ? null : { knownAt: null, ...written.label },
      training: written.training === undefined ? null : normaliseTraining(written.training),
      evaluation: normaliseEvaluation(written.evaluation),
    }
    if (written.task !== 'binary-classification') return spec
    return { ...spec, decision: { threshold: written.decision?.threshold ?? defaultThreshold } }
  },
  meaning: (written) =>
    writtenMembers({
      ...written,
      requestFeatures: featuresMeaning(written.requestFeatures),
      onDemand: onDemandMeaning(written.onDemand),
      serving: servingMeaning(written),
      training: written.training && trainingMeaning(written.training),
    }),
  servingMeaning: (written) => writtenMembers({ task: written.task, serving: servingMeaning(written) }),
  trainingMeaning: ({ features, requestFeatures, onDemand, onDemandOnly, label, training, evaluation }) =>
    writtenMembers({
      features,
      requestFeatures: featuresMeaning(requestFeatures),
      onDemand: onDemandMeaning(onDemand),
      onDemandOnly,
      label,
      training: training && trainingMeaning(training),
      evaluation: evaluation && evaluationMeaning(evaluation),
    }),
  references({ spec }) {
    const views = (spec.features ?? []).map(({ view }, index): PointedReference => ({
      kind: 'FeatureView',
      name: view,
      pointer: `/spec/features/${index}/view`,
    }))
    if (spec.label === undefined) return views
    return [...views, { kind: 'DataSource', name: spec.label.source, pointer: '/spec/label/source' }]
  },
}

function normaliseTraining({ data, weights }: WrittenTraining): TrainingSpec {
  return { data: normaliseData(data), weights: weights ?? null }
}

function normaliseData(data: WrittenTrainingData): TrainingDataSpec {
  return {
    from: data.from ?? null,
    until: data.until,
    splitBy: data.splitBy ?? null,
    validationMs: durationMs(data.validation ?? '0s'),
    testMs: durationMs(data.test ?? '0s'),
  }
}

function normaliseEvaluation(evaluation: WrittenEvaluation | undefined): EvaluationColumns {
  const column = evaluation?.resampleBy
  return {
    resampleBy: column === undefined ? null : column === 'day' ? { type: 'day' } : { type: 'column', column },
    slices: (evaluation?.slices ?? []).map(({ by, minGroup }) => ({ by, minGroup: minGroup ?? null })),
  }
}

function trainingMeaning({ data, weights }: WrittenTraining): Json {
  return writtenMembers({ data: dataMeaning(data), weights })
}

/** How small a group may be says nothing about the rows. */
function evaluationMeaning({ slices, ...written }: WrittenEvaluation): Json {
  return writtenMembers({ ...written, slices: slices?.map(({ by }) => ({ by })) })
}

function dataMeaning({ validation, test, ...written }: WrittenTrainingData): Json {
  return writtenMembers({
    ...written,
    validationMs: validation && durationMs(validation),
    testMs: test && durationMs(test),
  })
}

function servingMeaning({ serving }: WrittenModelSpec): Json | undefined {
  return serving?.budget === undefined ? undefined : { budgetMs: durationMs(serving.budget) }
}
