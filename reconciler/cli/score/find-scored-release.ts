/** Which version of a model scores a file: the one that was named, else the one that its Rollout names. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { Resource } from '../../core/resource.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { RolloutSpec } from '../../manifests/kinds/rollout.ts'
import { buildRelease } from '../../manifests/release.ts'
import { requireModel } from '../require-model.ts'

export interface ScoredVersion {
  readonly model: string
  /** Null: what the Rollout names. */
  readonly version: number | null
  /** Of the Rollout. */
  readonly environment: string
}

/** `resources` are of a valid commit. Throws `usage` for a model, a version or a Rollout that is not there. */
export function findScoredRelease(resources: readonly Resource[], { model, version, environment }: ScoredVersion): Release {
  const manifest = requireModel(resources, model)
  const versions = (resources.filter(({ kind }) => kind === 'ModelVersion') as readonly Resource<ModelVersionSpec>[]).filter(
    ({ spec }) => spec.model === model,
  )
  const known = versions.length === 0 ? 'it has no versions' : `it has ${versions.map(({ spec }) => spec.version).join(', ')}`
  const wanted = version ?? rolledOutVersion(resources, model, environment, known)
  const found = versions.find(({ spec }) => spec.version === wanted)
  if (found === undefined) throw new MainwardError('usage', `there is no version ${wanted} of ${model}`, { hint: known })
  return buildRelease(found, manifest)
}

/** The canary's version, or what the arms of a split are compared with. */
function rolledOutVersion(resources: readonly Resource[], model: string, environment: string, known: string): number {
  const rollout = resources.find(
    ({ kind, metadata }) => kind === 'Rollout' && metadata.name === model && metadata.environment === environment,
  )
  if (rollout === undefined) {
    throw new MainwardError('usage', `no Rollout of ${model} in ${environment} says which version scores`, {
      hint: `say --version: ${known}`,
    })
  }
  const { canary, split } = rollout.spec as RolloutSpec
  const version = canary?.version ?? split?.variants.find(({ name }) => name === 'control')?.version
  if (version === undefined) throw new Error(`a valid Rollout has a canary, or a variant named control: ${model}`)
  return version
}
