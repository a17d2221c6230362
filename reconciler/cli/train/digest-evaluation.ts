/** The digest of what decides an evaluation: with the same one there is nothing to evaluate again. Pure. */
import { digestValue, type Digest } from '../../core/digest.ts'
import type { Signature } from '../../core/release.ts'
import type { Judges } from '../../gates/choose-judges.ts'
import type { Production } from './production.ts'

/** Level of all intervals, and resamples behind those that are drawn. */
export const evaluationSettings = { confidence: 0.95, replicates: 2000 } as const

export interface EvaluationInputs {
  readonly dataset: Digest
  readonly sha256: string
  readonly signature: Signature
  readonly judges: Judges
  readonly production: Production
}

/** Format of the value that the digest is taken from: another one when the same inputs would be judged otherwise. */
const digestVersion = 1

/** Of everything that decides an evaluation and its verdict; the number of the version in production does not. */
export function digestEvaluation({ dataset, sha256, signature, judges, production }: EvaluationInputs): Digest {
  const { spec, resources, besides } = judges
  const { task, nulls, decision, evaluation, training, requestFeatures, onDemand, features } = spec
  const { served } = production
  const applied = resources.filter(
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
    rules: applied.map(({ kind, metadata, digest }) => [kind, metadata.name, digest]),
    ...(besides.length === 0 ? {} : { besides: besides.map(({ kind, name, digest }) => [kind, name, digest]) }),
    waivers: resources.filter(({ kind }) => kind === 'Waiver').map(({ metadata, digest }) => [metadata.name, digest]),
    production: served === null ? null : { sha256: served.sha256, threshold: served.threshold, nulls: served.layout.nulls },
  })
}
