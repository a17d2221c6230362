/** Says what this version does with definitions of features, and what not: nobody shall wait for values that never come. */
import type { Finding } from '../../core/finding.ts'
import { findingIn, type CommitView } from '../commit-view.ts'

/** Once a commit, at the first view: the warning is about this program, not about the manifest. */
export function checkFeatureUse({ entries }: CommitView): readonly Finding[] {
  const views = entries.filter(({ document }) => document.kind === 'FeatureView' && document.valid)
  const [first] = views
  if (first === undefined) return []
  const message = `expected values of ${views.length} feature views to be computed, found a version of mainward that only checks and plans them`
  const hint = 'training sets and online values are not made by this version: go on sending these features with the request'
  return [findingIn(first, '/metadata/name', { rule: 'features-not-computed', message, hint })]
}
