/** The rules on the fallback of a rollout that need its model and versions: rows that it can take, a score of the task. */
import type { Finding } from '../core/finding.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'
import type { InputTensor, RequestFeature, Task } from '../core/release.ts'
import { findingIn, type CommitEntry, type CommitView } from './commit-view.ts'
import type { ModelSpec } from './kinds/model.ts'
import type { ModelVersionSpec } from './kinds/model-version.ts'
import type { RolloutSpec } from './kinds/rollout.ts'
import { listNames } from './nearest-name.ts'

/** Probabilities of classes are written with few digits: their sum may be off by this. */
const sumTolerance = 0.005

export function checkFallbacks(view: CommitView): readonly Finding[] {
  return view.entries.flatMap((entry): readonly Finding[] => {
    if (entry.document.kind !== 'Rollout' || entry.document.spec === null) return []
    const { fallback, ...spec } = entry.document.spec as RolloutSpec
    if (fallback === undefined) return []
    const served = servedVersions(view, entry, spec)
    if (fallback.version !== undefined) return checkFeatures(view, entry, fallback.version, served)
    return checkConstant(view, entry, fallback.constant, served)
  })
}

function servedVersions(view: CommitView, entry: CommitEntry, { canary, split }: RolloutSpec): readonly ModelVersionSpec[] {
  const numbers = canary === undefined ? (split?.variants ?? []).map(({ version }) => version) : [canary.version]
  return [...new Set(numbers)].flatMap((number) => findVersion(view, entry, number) ?? [])
}

function findVersion(view: CommitView, { document }: CommitEntry, number: number): ModelVersionSpec | undefined {
  return view.versionsByModel.get(document.name ?? '')?.find(({ spec }) => spec.version === number)?.spec
}

function checkFeatures(
  view: CommitView,
  entry: CommitEntry,
  number: number,
  served: readonly ModelVersionSpec[],
): readonly Finding[] {
  const fallback = findVersion(view, entry, number)
  if (fallback === undefined) return []
  return served.flatMap((version) => {
    const missing = missingInputs(fallback, version)
    if (missing.length === 0) return []
    const message = `expected a version that needs only what version ${version.version} takes, found ${number}, which also needs ${listNames(missing)}`
    const hint = 'name a version with the same request features, or a constant'
    return [findingIn(entry, '/spec/fallback/version', { rule: 'fallback-features', message, hint })]
  })
}

/** Features, and input tensors without named ones, that rows of `served` do not have, or not in this form. */
function missingInputs(fallback: ModelVersionSpec, served: ModelVersionSpec): readonly string[] {
  const features = new Map(sentFields(served).map(({ name, dtype }) => [name, dtype]))
  const tensors = new Map(served.signature.inputs.filter(isUnnamed).map((tensor) => [tensor.name, describeTensor(tensor)]))
  return [
    ...sentFields(fallback).flatMap(({ name, dtype }) => {
      const found = features.get(name)
      if (found === undefined) return [name]
      return takes(dtype, found) ? [] : [`${name} as ${dtype} (not ${found})`]
    }),
    ...fallback.signature.inputs.filter(isUnnamed).flatMap((tensor) => {
      const found = tensors.get(tensor.name)
      if (found === undefined) return [tensor.name]
      return found === describeTensor(tensor) ? [] : [`${tensor.name} as ${describeTensor(tensor)} (not ${found})`]
    }),
  ]
}

/** What a row of a request has: features, and keys by which the data plane finds those of views. */
function sentFields({ requestFeatures, views, definitions }: ModelVersionSpec): readonly SentField[] {
  const keys = views.flatMap(({ view, join }) => {
    const entities = definitions?.views.find(({ name }) => name === view)?.entities ?? []
    const own = definitions?.entities.filter(({ name }) => entities.some((entity) => entity.name === name)) ?? []
    return own.flatMap((entity) => entity.keys).map(({ name, dtype }) => ({ name: join[name] ?? name, dtype }))
  })
  return [...requestFeatures, ...keys]
}

type SentField = Pick<RequestFeature, 'name' | 'dtype'>

function isUnnamed({ features }: InputTensor): boolean {
  return features === undefined
}

function describeTensor({ datatype, shape }: InputTensor): string {
  return `${datatype} [${shape.join(', ')}]`
}

/** Which values fit as well where others are asked for: wider numbers take narrower ones. */
const wider: Readonly<Record<FeatureDtype, readonly FeatureDtype[]>> = {
  bool: [],
  int32: [],
  int64: ['int32'],
  float32: ['int32', 'float64'],
  float64: ['int32', 'int64', 'float32'],
  string: [],
  timestamp: [],
}

function takes(wanted: FeatureDtype, sent: FeatureDtype): boolean {
  return wanted === sent || wider[wanted].includes(sent)
}

function checkConstant(
  view: CommitView,
  entry: CommitEntry,
  constant: number | readonly number[],
  served: readonly ModelVersionSpec[],
): readonly Finding[] {
  const model = view.byId.get(`Model/${entry.document.name ?? ''}`)?.document.spec as ModelSpec | null | undefined
  if (model === undefined || model === null) return []
  const expected = expectedConstant(model.task, constant, classCountOf(served))
  if (expected === null) return []
  const message = `expected ${expected} for a ${model.task}, found ${JSON.stringify(constant)}`
  return [findingIn(entry, '/spec/fallback/constant', { rule: 'fallback-constant', message })]
}

/** What should stand there, or null for a score of the task. The schema has seen to it that numbers are finite. */
function expectedConstant(task: Task, constant: number | readonly number[], classes: number | null): string | null {
  switch (task) {
    case 'regression':
      return typeof constant === 'number' ? null : 'a number'
    case 'binary-classification':
      return typeof constant === 'number' && isProbability(constant) ? null : 'a probability, 0 to 1,'
    case 'multiclass-classification': {
      const count = classes === null ? 'every class' : `each of the ${classes} classes`
      const list = `a list with the probability of ${count}`
      if (typeof constant === 'number' || (classes !== null && constant.length !== classes)) return list
      const sum = constant.reduce((total, probability) => total + probability, 0)
      return constant.every(isProbability) && Math.abs(sum - 1) <= sumTolerance ? null : `${list}, which sum to 1,`
    }
  }
}

function isProbability(value: number): boolean {
  return value >= 0 && value <= 1
}

/** As the golden rows of the served versions show it; null where none has a row of scores. */
function classCountOf(served: readonly ModelVersionSpec[]): number | null {
  for (const { goldenRows, signature } of served) {
    for (const { outputs } of goldenRows) {
      const scores = outputs[signature.outputs.score]
      if (Array.isArray(scores)) return scores.length
    }
  }
  return null
}
