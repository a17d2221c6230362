/** The kind Model: what is predicted, what the caller sends, how it is served. */
import type { Json } from '../../core/digest.ts'
import type { NullPolicy, Recording, RequestFeature, Task } from '../../core/release.ts'
import { durationMs } from '../duration.ts'
import type { WrittenModelSpec } from '../generated/model.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition } from './kind-definition.ts'
import {
  defaultThreshold,
  featureChecks,
  featuresMeaning,
  normaliseNulls,
  reportDuplicates,
  writtenMembers,
} from './request-features.ts'

/** A Model's spec with every default filled. */
export interface ModelSpec {
  readonly task: Task
  readonly requestFeatures: readonly RequestFeature[]
  readonly nulls: NullPolicy
  readonly serving: { readonly budgetMs: number }
  readonly recording: Recording
  /** Filled for binary classification, absent for the other tasks. */
  readonly decision?: { readonly threshold: number }
}

export const modelKind: KindDefinition<WrittenModelSpec, ModelSpec> = {
  schema: schemas.model,
  perEnvironment: false,
  unsupported: ['features', 'label', 'training', 'evaluation', 'gates', 'fairness', 'onDemand', 'riskTier', 'tests'].map(
    (field) => `/spec/${field}`,
  ),
  positions: ['/metadata/name', '/spec/requestFeatures', '/spec/nulls', '/spec/decision', '/spec/recording/drop/*'],
  checks: [
    ...featureChecks,
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
  inapplicableDefaults: (written) => (written.task === 'binary-classification' ? [] : ['/spec/decision']),
  normalise(written) {
    const spec = {
      task: written.task,
      requestFeatures: written.requestFeatures ?? [],
      nulls: normaliseNulls(written.nulls),
      serving: { budgetMs: durationMs(written.serving?.budget ?? '50ms') },
      recording: { percent: written.recording?.percent ?? 100, drop: written.recording?.drop ?? [] },
    }
    if (written.task !== 'binary-classification') return spec
    return { ...spec, decision: { threshold: written.decision?.threshold ?? defaultThreshold } }
  },
  meaning: (written) =>
    writtenMembers({
      ...written,
      requestFeatures: featuresMeaning(written.requestFeatures),
      serving: servingMeaning(written),
    }),
  servingMeaning: (written) => writtenMembers({ task: written.task, serving: servingMeaning(written) }),
  references: () => [],
}

function servingMeaning({ serving }: WrittenModelSpec): Json | undefined {
  return serving?.budget === undefined ? undefined : { budgetMs: durationMs(serving.budget) }
}
