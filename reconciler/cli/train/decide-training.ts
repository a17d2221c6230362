/** What has to be done for a model: nothing, another number, judging again, training. Pure. */
import { canonicalJson, type Digest } from '../../core/digest.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { TrainingInputs } from './inputs-digest.ts'

export interface TrainedVersion {
  readonly spec: ModelVersionSpec
  readonly evidence: Evidence
  /** Path of its manifest. */
  readonly file: string
  /** How its file stands at the base commit: `absent` and `other` are this branch's own, and may still change. */
  readonly atBase: 'same' | 'other' | 'absent'
  /** Whether it embeds what the Model says today: nulls, decision, features. Empty: it does, else what differs. */
  readonly behind: readonly string[]
  /** Whether its evaluation is of today's rows, rules and version in production. Empty: it is, else what differs. */
  readonly stale: readonly string[]
}

export interface TrainingSituation {
  readonly inputs: TrainingInputs
  readonly inputsDigest: Digest
  /** Versions in the working tree that were trained, by number. */
  readonly versions: readonly TrainedVersion[]
  /** Whether the store has a model file of these inputs, from another branch. */
  readonly isStored: boolean
  readonly force: boolean
}

export type TrainingDecision =
  | { readonly type: 'unchanged'; readonly version: number }
  | { readonly type: 'train'; readonly because: readonly string[] }
  /** The model file is in the store. */
  | { readonly type: 'reuse'; readonly because: readonly string[] }
  /** Another branch took the number: the same version under the next one, judged again when it is stale. */
  | { readonly type: 'renumber'; readonly from: TrainedVersion; readonly because: readonly string[] }
  /** The same model file under the next number. */
  | { readonly type: 'evaluate-again'; readonly from: TrainedVersion; readonly because: readonly string[] }
  /** The same version with new evidence. */
  | { readonly type: 'refresh'; readonly from: TrainedVersion; readonly because: readonly string[] }

/** The newest version of these inputs counts. A version of the main branch is never judged again: it is what it was when it was merged. */
export function decideTraining(situation: TrainingSituation): TrainingDecision {
  const { versions, inputsDigest, isStored, force } = situation
  if (force) return { type: 'train', because: ['training was forced'] }
  const from = versions.findLast(({ evidence }) => evidence.inputsDigest === inputsDigest)
  if (from === undefined) return { type: isStored ? 'reuse' : 'train', because: explainChange(situation) }
  const { spec, atBase, behind, stale } = from
  if (atBase === 'other')
    return { type: 'renumber', from, because: [`version ${spec.version} is another one on the main branch`] }
  if (behind.length > 0) return { type: 'evaluate-again', from, because: behind }
  if (atBase === 'absent' && stale.length > 0) return { type: 'refresh', from, because: stale }
  return { type: 'unchanged', version: spec.version }
}

/** What differs from the newest version that was trained, a sentence each. */
function explainChange({ inputs, versions }: TrainingSituation): readonly string[] {
  const last = versions.at(-1)
  if (last === undefined) return ['no version was trained yet']
  const { dataset, training } = last.evidence
  const of = `version ${last.spec.version}`
  const names = new Set([...Object.keys(training.parameters), ...Object.keys(inputs.parameters)])
  const changed = [...names].filter(
    (name) => canonicalJson(training.parameters[name] ?? null) !== canonicalJson(inputs.parameters[name] ?? null),
  )
  const show = (value: unknown): string => (value === undefined ? 'not set' : canonicalJson(value))
  return [
    ...(dataset.digest === inputs.dataset ? [] : [`the training set differs from that of ${of}`]),
    ...changed.map((name) => `${name} was ${show(training.parameters[name])} in ${of}, and is ${show(inputs.parameters[name])}`),
    ...(training.seed === inputs.seed ? [] : [`the seed was ${training.seed} in ${of}, and is ${inputs.seed}`]),
    ...(canonicalJson(training.command) === canonicalJson(inputs.command) ? [] : [`the command differs from that of ${of}`]),
    ...(training.requirements === inputs.requirements ? [] : [`the Python packages differ from those of ${of}`]),
    ...(training.files === inputs.files ? [] : [`the trainer's files differ from those of ${of}`]),
  ]
}
