/** Every kind of this version. A new kind is one file beside this one, and one line here. */
import type { Kind } from '../../core/resource.ts'
import { dataSourceKind } from './data-source.ts'
import { entityKind } from './entity.ts'
import { fairnessPolicyKind } from './fairness-policy.ts'
import { featureViewKind } from './feature-view.ts'
import { gateKind } from './gate.ts'
import type { KindDefinition } from './kind-definition.ts'
import { modelKind } from './model.ts'
import { modelVersionKind } from './model-version.ts'
import { projectKind } from './project.ts'
import { rolloutKind } from './rollout.ts'
import { waiverKind } from './waiver.ts'

export const kindDefinitions: Readonly<Record<Kind, KindDefinition>> = {
  Project: projectKind,
  Entity: entityKind,
  DataSource: dataSourceKind,
  FeatureView: featureViewKind,
  Model: modelKind,
  ModelVersion: modelVersionKind,
  Rollout: rolloutKind,
  Gate: gateKind,
  FairnessPolicy: fairnessPolicyKind,
  Waiver: waiverKind,
} satisfies Record<Kind, KindDefinition>

export const kindNames = Object.keys(kindDefinitions) as readonly Kind[]

/** Kinds of the design that this version does not act on. */
export const unsupportedKinds: readonly string[] = [
  'AccessPolicy', 'AlertChannel', 'ApprovalPolicy', 'BatchPrediction', 'Experiment', 'Metric', 'Monitor',
] // prettier-ignore

export function isKind(text: unknown): text is Kind {
  return typeof text === 'string' && Object.hasOwn(kindDefinitions, text)
}
