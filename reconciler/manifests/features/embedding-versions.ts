/** The versions that rollouts name and the definitions that they embed: what goes on as it was when main moves on. Pure. */
import type { Digest } from '../../core/digest.ts'
import { compareText } from '../../core/finding.ts'
import type { Resource } from '../../core/resource.ts'
import type { ModelVersionSpec } from '../kinds/model-version.ts'
import type { RolloutSpec } from '../kinds/rollout.ts'

export interface EmbeddingVersion {
  /** `ModelVersion/flight-delay-3`. */
  readonly id: string
  /** Ids of everything that its views are made of. */
  readonly embeds: ReadonlySet<string>
  /** The views that it reads have the digests of the commit: nothing that it embeds has moved on. */
  readonly isCurrent: boolean
}

/** Of a commit: the versions that its rollouts serve or fall back to and that read views, by id; `views` are its digests by name. */
export function listEmbeddingVersions(
  resources: readonly Resource[],
  views: ReadonlyMap<string, Digest>,
): readonly EmbeddingVersion[] {
  const named = new Set(
    resources.flatMap(({ kind, metadata, spec }) => (kind === 'Rollout' ? versionsOf(metadata.name, spec) : [])),
  )
  const versions = resources.filter(({ kind, metadata }) => kind === 'ModelVersion' && named.has(metadata.name))
  return versions
    .flatMap(({ metadata, spec }): readonly EmbeddingVersion[] => {
      const { definitions, views: roles } = spec as ModelVersionSpec
      if (definitions === undefined) return []
      const embeds = new Set([
        ...definitions.entities.map(({ name }) => `Entity/${name}`),
        ...definitions.sources.map(({ name }) => `DataSource/${name}`),
        ...definitions.views.map(({ name }) => `FeatureView/${name}`),
      ])
      const isCurrent = roles.every(({ view, digest }) => views.get(view) === digest)
      return [{ id: `ModelVersion/${metadata.name}`, embeds, isCurrent }]
    })
    .sort((a, b) => compareText(a.id, b.id))
}

/** Names of the ModelVersions that a rollout's spec serves or falls back to. */
export function versionsOf(model: string, spec: unknown): readonly string[] {
  const { canary, split, fallback } = spec as RolloutSpec
  const served = canary === undefined ? (split?.variants ?? []).map(({ version }) => version) : [canary.version]
  const numbers = fallback?.version === undefined ? served : [...served, fallback.version]
  return numbers.map((number) => `${model}-${number}`)
}
