/** Sets rollouts aside that name versions which are not there yet: a proposed commit may, and nothing can be planned for them. Pure. */
import { compareText } from '../core/finding.ts'
import type { Resource } from '../core/resource.ts'
import type { ModelVersionSpec } from '../manifests/kinds/model-version.ts'
import type { RolloutSpec } from '../manifests/kinds/rollout.ts'

export interface PendingRollout {
  readonly rollout: string
  /** The numbers that no model version has. */
  readonly versions: readonly number[]
}

export interface SetAside {
  /** Without the pending rollouts. */
  readonly resources: readonly Resource[]
  readonly pending: readonly PendingRollout[]
}

/** Looks at one environment's rollouts only; those of others stay as they are. */
export function setPendingAside(resources: readonly Resource[], environment: string): SetAside {
  const known = new Set(
    resources
      .filter(({ kind }) => kind === 'ModelVersion')
      .map(({ spec }) => spec as ModelVersionSpec)
      .map(({ model, version }) => `${model}/${version}`),
  )
  const missing = (resource: Resource): readonly number[] => {
    const { kind, metadata, spec } = resource
    if (kind !== 'Rollout' || metadata.environment !== environment) return []
    return versionsOf(spec as RolloutSpec).filter((version) => !known.has(`${metadata.name}/${version}`))
  }
  const pending = resources
    .map((resource) => ({ rollout: resource.metadata.name, versions: missing(resource) }))
    .filter(({ versions }) => versions.length > 0)
    .sort((a, b) => compareText(a.rollout, b.rollout))
  return { resources: resources.filter((resource) => missing(resource).length === 0), pending }
}

function versionsOf(spec: RolloutSpec): readonly number[] {
  const served = spec.canary === undefined ? spec.split.variants.map(({ version }) => version) : [spec.canary.version]
  const named = spec.fallback?.version === undefined ? served : [...served, spec.fallback.version]
  return [...new Set(named)].sort((a, b) => a - b)
}
