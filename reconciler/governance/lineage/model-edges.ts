/** Edges from features to rollouts: what models take, what versions embed, what rollouts name. Pure. */
import { takenName } from '../../core/online-view.ts'
import { type Resource, resourceId } from '../../core/resource.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { RolloutSpec } from '../../manifests/kinds/rollout.ts'
import { embeddedViews } from './embedded-views.ts'
import type { LineageEdge } from './lineage-node.ts'

/** Of all models, versions and rollouts; some of them may lead to what is not there. */
export function listModelEdges(resources: readonly Resource[]): readonly LineageEdge[] {
  return resources.flatMap((resource): readonly LineageEdge[] => {
    const id = resourceId(resource)
    switch (resource.kind) {
      case 'Model':
        return listTaken(id, resource.spec as ModelSpec)
      case 'ModelVersion':
        return listOfVersion(id, resource.spec as ModelVersionSpec)
      case 'Rollout':
        return listServed(id, resource.metadata.name, resource.spec as RolloutSpec)
      default:
        return []
    }
  })
}

/** What on-demand features alone read goes through them. */
function listTaken(id: string, { features, onDemandOnly, label }: ModelSpec): readonly LineageEdge[] {
  const taken = features.flatMap(({ view, as, take }) => {
    const own = take.filter((feature) => !onDemandOnly.includes(takenName(as, feature)))
    return own.map((feature) => takenEdge(view, feature, as, id))
  })
  return label === null ? taken : [...taken, { upstream: `DataSource/${label.source}`, downstream: id, label: 'label' }]
}

/** A version serves the definitions that it embeds, whatever its model takes today. */
function listOfVersion(id: string, spec: ModelVersionSpec): readonly LineageEdge[] {
  const embedded = embeddedViews(spec).flatMap(({ view, as, take }) => take.map((feature) => takenEdge(view, feature, as, id)))
  const computed = spec.onDemand.map(({ name }) => ({ upstream: `OnDemand/${spec.model}:${name}`, downstream: id, label: null }))
  return [{ upstream: `Model/${spec.model}`, downstream: id, label: null }, ...embedded, ...computed]
}

function takenEdge(view: string, feature: string, as: string | null, downstream: string): LineageEdge {
  const name = takenName(as, feature)
  return { upstream: `Feature/${view}:${feature}`, downstream, label: name === feature ? null : `as ${name}` }
}

function listServed(id: string, model: string, { canary, split, fallback }: RolloutSpec): readonly LineageEdge[] {
  const edge = (version: number, label: string): LineageEdge => {
    return { upstream: `ModelVersion/${model}-${version}`, downstream: id, label }
  }
  return [
    ...(canary === undefined ? [] : [edge(canary.version, 'canary')]),
    ...(split?.variants ?? []).map(({ name, version, weight }) => edge(version, `${name} ${weight} %`)),
    ...(fallback?.version === undefined ? [] : [edge(fallback.version, 'fallback')]),
  ]
}
