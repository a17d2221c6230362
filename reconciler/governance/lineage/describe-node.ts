/** What a resource is, in a few words beside its name. Pure. */
import { type Digest, shortDigest } from '../../core/digest.ts'
import type { Resource } from '../../core/resource.ts'
import type { DataSourceSpec } from '../../manifests/kinds/data-source.ts'
import type { FeatureViewSpec } from '../../manifests/kinds/feature-view.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import { describeFreshness } from '../catalogue/describe-entry.ts'
import { embeddedViews } from './embedded-views.ts'

/** `views` are the digests of the commit's definitions: an embedded one may be another by now. '' where there is nothing to say. */
export function describeNode({ kind, spec }: Resource, views: ReadonlyMap<string, Digest>): string {
  switch (kind) {
    case 'DataSource': {
      const { place } = spec as DataSourceSpec
      return place.type === 'files' ? place.pattern : 'Postgres query'
    }
    case 'FeatureView':
      return describeFreshness((spec as FeatureViewSpec).online)
    case 'Model':
      return (spec as ModelSpec).task
    case 'ModelVersion':
      return describeVersion(spec as ModelVersionSpec, views)
    case 'Rollout':
    case 'Project':
    case 'Entity':
    case 'Gate':
    case 'FairnessPolicy':
    case 'Waiver':
      return ''
  }
}

function describeVersion(spec: ModelVersionSpec, views: ReadonlyMap<string, Digest>): string {
  const dataset = readDataset(spec)
  const embedded = [...new Set(embeddedViews(spec).map(({ view, digest }) => describeEmbedded(view, digest, views.get(view))))]
  return [spec.source, ...(dataset === null ? [] : [`dataset ${dataset.slice(0, 19)}`]), ...embedded].join(', ')
}

function describeEmbedded(view: string, digest: Digest, current: Digest | undefined): string {
  const since = current === digest ? '' : current === undefined ? ', which is gone' : `, now ${shortDigest(current)}`
  return `embeds ${view} ${shortDigest(digest)}${since}`
}

/** `dataset.digest` of its evidence, where whoever made the version wrote one. */
function readDataset({ evidence }: ModelVersionSpec): string | null {
  const dataset = evidence['dataset']
  if (dataset === null || typeof dataset !== 'object' || Array.isArray(dataset)) return null
  const digest = (dataset as { readonly digest?: unknown }).digest
  return typeof digest === 'string' ? digest : null
}
