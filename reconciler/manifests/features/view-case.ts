/** One view of a commit as the rules between manifests see it. */
import type { FeatureViewSpec } from '../kinds/feature-view.ts'
import type { Problem } from '../local-finding.ts'
import type { FeatureSpecs } from './feature-specs.ts'

export interface ViewCase {
  readonly view: FeatureViewSpec
  readonly specs: FeatureSpecs
  /** Takes a problem at a JSON pointer of the view's manifest. */
  readonly report: (pointer: string, problem: Problem) => void
}
