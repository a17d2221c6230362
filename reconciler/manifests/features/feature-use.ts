/** Says what this version does with definitions of features, and what not: nobody shall wait for values that never come. */
import type { Finding } from '../../core/finding.ts'
import { findingIn, type CommitView } from '../commit-view.ts'

/** Once a commit, at the first view: the warning is about this program, not about the manifest. */
export function checkFeatureUse({ entries }: CommitView): readonly Finding[] {
  const views = entries.filter(({ document }) => document.kind === 'FeatureView' && document.valid)
  const [first] = views
  if (first === undefined) return []
  const message = `expected no feature view that waits for values, found ${views.length}: this version checks and plans them, and computes none`
  const hint = 'go on sending these features with the request'
  return [findingIn(first, '/metadata/name', { rule: 'features-not-computed', message, hint })]
}
