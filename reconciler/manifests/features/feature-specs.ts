/** The specs of one commit that features are made of, by name. Knows nothing of files and digests. */
import type { Resource } from '../../core/resource.ts'
import type { DataSourceSpec } from '../kinds/data-source.ts'
import type { EntitySpec } from '../kinds/entity.ts'
import type { FeatureViewSpec } from '../kinds/feature-view.ts'

export interface FeatureSpecs {
  readonly entities: ReadonlyMap<string, EntitySpec>
  readonly sources: ReadonlyMap<string, DataSourceSpec>
  readonly views: ReadonlyMap<string, FeatureViewSpec>
}

type Named = Pick<Resource, 'kind' | 'spec'> & { readonly name: string }

/** What has no spec is left out: something is wrong with it. Of two with one name the first counts. */
export function collectSpecs(resources: Iterable<Named>): FeatureSpecs {
  const entities = new Map<string, EntitySpec>()
  const sources = new Map<string, DataSourceSpec>()
  const views = new Map<string, FeatureViewSpec>()
  for (const { kind, name, spec } of resources) {
    if (spec === null) continue
    if (kind === 'Entity' && !entities.has(name)) entities.set(name, spec as EntitySpec)
    if (kind === 'DataSource' && !sources.has(name)) sources.set(name, spec as DataSourceSpec)
    if (kind === 'FeatureView' && !views.has(name)) views.set(name, spec as FeatureViewSpec)
  }
  return { entities, sources, views }
}

/** The specs of a commit's resources. */
export function specsOf(resources: readonly Resource[]): FeatureSpecs {
  return collectSpecs(resources.map(({ kind, metadata: { name }, spec }) => ({ kind, name, spec })))
}
