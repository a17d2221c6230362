/** Definitions as versions and releases carry them, by name: what a computation is made from. Pure. */
import type { FeatureClosure } from '../../core/online-view.ts'
import type { ViewMaterials } from './plan-computation.ts'

export function materialsOf({ entities, sources, views }: FeatureClosure): ViewMaterials {
  return { entities: byName(entities), sources: byName(sources), views: byName(views) }
}

function byName<Named extends { readonly name: string }>(list: readonly Named[]): ReadonlyMap<string, Named> {
  return new Map(list.map((each) => [each.name, each]))
}
