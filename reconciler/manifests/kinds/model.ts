/** The kind Model: what is predicted, from which features and rows, what the caller sends, how it is served. */
import type { Json } from '../../core/digest.ts'
import type { BehaviourTest } from '../../core/behaviour-test.ts'
import { defaultMetrics } from '../../core/metric-catalogue.ts'
import type { EvaluationColumns, LabelDefinition } from '../../core/feature-definition.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import type { NullPolicy, Recording, RequestFeature, Task } from '../../core/release.ts'
import { durationMs, sizeBytes } from '../duration.ts'
import type { WrittenEvaluation, WrittenModelSpec, WrittenTraining, WrittenTrainingData } from '../generated/model.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition, PointedReference } from './kind-definition.ts'
import { featureNames } from '../model-feature-names.ts'
import { modelOnDemandChecks } from './model-on-demand-checks.ts'
import { modelTestChecks } from './model-test-checks.ts'
import { inapplicableTestDefaults, normaliseTests, testsMeaning } from './model-tests.ts'
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
  readonly evaluation: EvaluationSpec
  readonly riskTier: RiskTier
  /** Names of Gates and FairnessPolicies. */
  readonly gates: readonly string[]
  readonly fairness: readonly string[]
  readonly tests: readonly BehaviourTest[]
}

export type RiskTier = 'low' | 'medium' | 'high'

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
  /** Null: nothing trains it, versions are imported. */
  readonly trainer: TrainerSpec | null
}

/** The program that trains. Paths and patterns are from the folder of the Project. */
export interface TrainerSpec {
  readonly command: readonly string[]
  /** Patterns; null: all files of the folder of the first argument that is a file. */
  readonly files: readonly string[] | null
  /** Null: requirements.txt beside the first argument that is a file, if there is one. */
  readonly requirements: string | null
  readonly params: Readonly<Record<string, Json>>
  readonly seed: number
  /** Null: none. */
  readonly test: readonly string[] | null
  readonly timeoutMs: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly promotion: 'same-pull-request' | 'separate'
}

/** How a version is judged, and the columns that travel for it. */
export interface EvaluationSpec extends Omit<EvaluationColumns, 'besides'> {
  /** Names of the catalogue. */
  readonly metrics: readonly string[]
  /** Value of the label that the score is the probability of; null: 1 or true, and for tasks without one. */
  readonly positiveClass: string | number | boolean | null
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
  unsupported: [],
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
    '/spec/evaluation/metrics/*',
    '/spec/training/command',
    '/spec/training/files/*',
    '/spec/training/requirements',
    '/spec/gates/*',
    '/spec/fairness/*',
    '/spec/tests/*/golden/row/*',
    '/spec/tests/*/invariance/feature',
    '/spec/tests/*/invariance/values/*',
    '/spec/tests/*/directional/feature',
    '/spec/tests/*/directional/set',
  ],
  texts: ['/spec/onDemand/*/cel'],
  checks: [
    ...featureChecks<WrittenModelSpec>('/spec/features', ({ features = [] }) => features.flatMap(featureNames)),
    ...modelTrainingChecks,
    ...modelOnDemandChecks,
    ...modelTestChecks,
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
    ...inapplicableTestDefaults(written.tests ?? []),
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
      evaluation: normaliseEvaluation(written),
      riskTier: written.riskTier ?? 'medium',
      gates: written.gates ?? [],
      fairness: written.fairness ?? [],
      tests: normaliseTests(written.tests ?? []),
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
      training: written.training && trainerMeaning(written.training),
      tests: written.tests && testsMeaning(written.tests),
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
    const named = (kind: 'Gate' | 'FairnessPolicy', field: 'gates' | 'fairness'): readonly PointedReference[] =>
      (spec[field] ?? []).map((name, index) => ({ kind, name, pointer: `/spec/${field}/${index}` }))
    const label: readonly PointedReference[] =
      spec.label === undefined ? [] : [{ kind: 'DataSource', name: spec.label.source, pointer: '/spec/label/source' }]
    return [...views, ...label, ...named('Gate', 'gates'), ...named('FairnessPolicy', 'fairness')]
  },
}

function normaliseTraining(written: WrittenTraining): TrainingSpec {
  const { data, weights, command } = written
  const trainer = command === undefined ? null : normaliseTrainer(command, written)
  return { data: normaliseData(data), weights: weights ?? null, trainer }
}

function normaliseTrainer(command: TrainerSpec['command'], written: WrittenTraining): TrainerSpec {
  return {
    command,
    files: written.files ?? null,
    requirements: written.requirements ?? null,
    params: (written.params ?? {}) as TrainerSpec['params'],
    seed: written.seed ?? 7,
    test: written.test ?? null,
    timeoutMs: durationMs(written.timeout ?? '30m'),
    memoryBytes: sizeBytes(written.memory ?? '4Gi'),
    diskBytes: sizeBytes(written.disk ?? '10Gi'),
    promotion: written.promotion ?? 'same-pull-request',
  }
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

function normaliseEvaluation({ task, evaluation }: WrittenModelSpec): EvaluationSpec {
  const column = evaluation?.resampleBy
  return {
    metrics: evaluation?.metrics ?? defaultMetrics[task],
    positiveClass: evaluation?.positiveClass ?? null,
    resampleBy: column === undefined ? null : column === 'day' ? { type: 'day' } : { type: 'column', column },
    slices: (evaluation?.slices ?? []).map(({ by, minGroup }) => ({ by, minGroup: minGroup ?? null })),
  }
}

/** What the rows of a training set are made of. */
function trainingMeaning({ data, weights }: WrittenTraining): Json {
  return writtenMembers({ data: dataMeaning(data), weights })
}

/** That, and the program that learns from them. */
function trainerMeaning({ data, timeout, memory, disk, ...written }: WrittenTraining): Json {
  return writtenMembers({
    ...written,
    data: dataMeaning(data),
    timeoutMs: timeout && durationMs(timeout),
    memoryBytes: memory && sizeBytes(memory),
    diskBytes: disk && sizeBytes(disk),
  })
}

/** How rows are judged, and how small a group may be, says nothing about the rows. */
function evaluationMeaning({ resampleBy, slices }: WrittenEvaluation): Json {
  return writtenMembers({ resampleBy, slices: slices?.map(({ by }) => ({ by })) })
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
