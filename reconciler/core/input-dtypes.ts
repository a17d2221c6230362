/** The dtype of each named input of a model: what callers send, and what is read from views. */
import type { FeatureDtype } from './feature-dtype.ts'
import { takenName } from './online-view.ts'
import type { Release } from './release.ts'

/** By the model's name of a feature. */
export function inputDtypes(
  { requestFeatures, views = [] }: Pick<Release, 'requestFeatures' | 'views'>, // prettier-ignore
): ReadonlyMap<string, FeatureDtype> {
  const dtypes = new Map(requestFeatures.map(({ name, dtype }) => [name, dtype]))
  for (const { view, as, take } of views) {
    for (const name of take) {
      const dtype = view.features.find((feature) => feature.name === name)?.dtype
      if (dtype !== undefined) dtypes.set(takenName(as, name), dtype)
    }
  }
  return dtypes
}
