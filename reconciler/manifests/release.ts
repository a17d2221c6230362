/** The release that a model version and its model make: what a rollout moves. */
import { digestValue } from '../core/digest.ts'
import type { FeatureClosure, ReleaseView } from '../core/online-view.ts'
import type { Release } from '../core/release.ts'
import type { Resource } from '../core/resource.ts'
import type { ModelSpec } from './kinds/model.ts'
import type { ModelVersionSpec, VersionView } from './kinds/model-version.ts'
import { defaultThreshold } from './kinds/request-features.ts'
import { onlineView } from './online-views.ts'

/** Format of the value that the digest is taken from; another number makes other releases of the same manifests. */
const digestVersion = 1

/**
 * The release of a valid model version. Its digest covers what serving depends on as it is written: a version's number,
 * evidence and file path, descriptions and defaults that were not written do not count.
 */
export function buildRelease(modelVersion: Resource<ModelVersionSpec>, model: Resource<ModelSpec>): Release {
  if (modelVersion.servingDigest === undefined || model.servingDigest === undefined) {
    throw new Error(`resources of a commit have a serving digest: ${modelVersion.metadata.name}, ${model.metadata.name}`)
  }
  const { spec } = modelVersion
  const { task, serving } = model.spec
  const decision = spec.decision ?? { threshold: defaultThreshold }
  return {
    digest: digestValue({ digestVersion, modelVersion: modelVersion.servingDigest, model: model.servingDigest }),
    model: spec.model,
    version: spec.version,
    task,
    artifact: spec.artifact,
    signature: spec.signature,
    requestFeatures: spec.requestFeatures,
    ...(spec.onDemand.length === 0 ? {} : { onDemand: spec.onDemand }),
    ...viewsOf(spec),
    nulls: spec.nulls,
    ...(task === 'binary-classification' ? { decision } : {}),
    goldenRows: spec.goldenRows,
    serving,
  }
}

/** A version without views makes the release that it always made. */
function viewsOf({ views, definitions }: ModelVersionSpec): Pick<Release, 'views' | 'definitions'> {
  if (definitions === undefined || views.length === 0) return {}
  const entities = new Map(definitions.entities.map((entity) => [entity.name, entity]))
  return { views: views.map((view) => releaseView(view, definitions, entities)), definitions }
}

function releaseView(
  { view: name, digest, join, as, take }: VersionView,
  { views }: FeatureClosure,
  entities: Parameters<typeof onlineView>[1],
): ReleaseView {
  const definition = views.find((view) => view.name === name)
  if (definition === undefined) throw new Error(`a valid version embeds the view ${name}`)
  return { view: onlineView(definition, entities, digest), join, as, take }
}
