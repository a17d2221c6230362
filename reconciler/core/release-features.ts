/** The named features of a release: what the caller sends, and what the data plane joins. */
import type { FeatureDtype } from './feature-dtype.ts'
import { takenName } from './online-view.ts'
import type { Release } from './release.ts'

/** Dtypes by the names that the signature uses: request features first, then those of views in the order of `take`. */
export function releaseFeatures({
  requestFeatures,
  views = [],
}: Pick<Release, 'requestFeatures' | 'views'>): ReadonlyMap<string, FeatureDtype> {
  const sent = requestFeatures.map(({ name, dtype }) => [name, dtype] as const)
  const joined = views.flatMap(({ view, as, take }) => {
    const dtypes = new Map(view.features.map(({ name, dtype }) => [name, dtype]))
    return take.map((name) => {
      const dtype = dtypes.get(name)
      if (dtype === undefined) throw new Error(`a valid release takes what the view ${view.name} has, found ${name}`)
      return [takenName(as, name), dtype] as const
    })
  })
  return new Map([...sent, ...joined])
}
