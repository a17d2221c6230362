/** The dtype of each named input of a model: what callers send, what is read from views, and what is computed of both. */
import type { FeatureDtype } from './feature-dtype.ts'
import { takenName } from './online-view.ts'
import type { Release } from './release.ts'

/** By the model's name of a feature. */
export function inputDtypes(
  { requestFeatures, onDemand = [], views = [] }: Pick<Release, 'requestFeatures' | 'onDemand' | 'views'>, // prettier-ignore
): ReadonlyMap<string, FeatureDtype> {
  const dtypes = new Map<string, FeatureDtype>([...requestFeatures, ...onDemand].map(({ name, dtype }) => [name, dtype]))
  for (const { view, as, take } of views) {
    for (const name of take) {
      const dtype = view.features.find((feature) => feature.name === name)?.dtype
      if (dtype !== undefined) dtypes.set(takenName(as, name), dtype)
    }
  }
  return dtypes
}
