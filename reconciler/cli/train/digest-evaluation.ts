/** The digest of what decides an evaluation: with the same one there is nothing to evaluate again. Pure. */
import { digestValue, type Digest } from '../../core/digest.ts'
import type { Signature } from '../../core/release.ts'
import type { Resource } from '../../core/resource.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { Production } from './production.ts'

/** Level of all intervals, and resamples behind those that are drawn. */
export const evaluationSettings = { confidence: 0.95, replicates: 2000 } as const

export interface EvaluationInputs {
  readonly dataset: Digest
  readonly sha256: string
  readonly signature: Signature
  readonly spec: ModelSpec
  readonly production: Production
}

/** Format of the value that the digest is taken from: another one when the same inputs would be judged otherwise. */
const digestVersion = 1

/** Of everything that decides an evaluation and its verdict; the number of the version in production does not. */
export function digestEvaluation(
  { dataset, sha256, signature, spec, production }: EvaluationInputs,
  resources: readonly Resource[],
): Digest {
  const { task, nulls, decision, evaluation, training, requestFeatures, onDemand, features } = spec
  const { served } = production
  const judges = resources.filter(
    ({ kind, metadata: { name } }) =>
      (kind === 'Gate' && spec.gates.includes(name)) || (kind === 'FairnessPolicy' && spec.fairness.includes(name)),
  )
  return digestValue({
    digestVersion,
    dataset,
    candidate: { sha256, signature, nulls, decision, requestFeatures, onDemand, features },
    task,
    evaluation,
    tests: spec.tests,
    weights: training?.weights,
    seed: training?.trainer?.seed,
    settings: evaluationSettings,
    rules: judges.map(({ kind, metadata, digest }) => [kind, metadata.name, digest]),
    waivers: resources.filter(({ kind }) => kind === 'Waiver').map(({ metadata, digest }) => [metadata.name, digest]),
    production: served === null ? null : { sha256: served.sha256, threshold: served.threshold, nulls: served.layout.nulls },
  })
}
