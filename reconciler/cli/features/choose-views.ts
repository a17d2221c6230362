/** Views that a person named on the command line. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDefinitions } from '../../manifests/feature-definitions.ts'
import { didYouMean, listNames } from '../../manifests/nearest-name.ts'

/** Each once; all of them when none was named. Throws `usage` with the nearest name for one that is not there. */
export function chooseViews({ views }: Pick<FeatureDefinitions, 'views'>, named: readonly string[]): readonly string[] {
  const unknown = named.find((name) => !views.has(name))
  if (unknown === undefined) return named.length === 0 ? [...views.keys()] : [...new Set(named)]
  const names = [...views.keys()]
  const hint = didYouMean(unknown, names) ?? (names.length === 0 ? 'there is none' : `there are ${listNames(names)}`)
  throw new MainwardError('usage', `expected a feature view, found ${unknown}`, { hint })
}
