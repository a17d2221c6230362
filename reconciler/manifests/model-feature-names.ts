/** How the features that a model takes of a view are named in training sets and requests. */
import type { ModelFeature } from '../core/feature-definition.ts'

/** In the order of `take`: `AS__FEATURE` where the view has a role, else the feature's own name. */
export function featureNames({ as, take }: Pick<ModelFeature, 'as' | 'take'>): readonly string[] {
  return take.map((name) => (as === null ? name : `${as}__${name}`))
}
