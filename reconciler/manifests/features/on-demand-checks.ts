/** The rules on the on-demand features of Models that read views: names and types of what their expressions read. */
import type { Finding } from '../../core/finding.ts'
import { compileOnDemand } from '../../expressions/compile-on-demand.ts'
import { findingInText, type CommitEntry, type CommitView } from '../commit-view.ts'
import type { ModelSpec } from '../kinds/model.ts'
import { problemOf } from '../on-demand-problems.ts'
import { takenDtypes } from './taken-dtypes.ts'
import type { FeatureSpecs } from './feature-specs.ts'

export function checkOnDemand(commit: CommitView): readonly Finding[] {
  return commit.entries.flatMap((entry) => {
    if (entry.document.kind !== 'Model' || entry.document.spec === null) return []
    return judge(entry, entry.document.spec as ModelSpec, commit.specs)
  })
}

/** A Model without views was judged alone, and so was what is no expression. */
function judge(entry: CommitEntry, { features, requestFeatures, onDemand }: ModelSpec, specs: FeatureSpecs): readonly Finding[] {
  if (features.length === 0 || onDemand.length === 0) return []
  const joined = takenDtypes(features, specs)
  if (joined === null) return []
  const found = compileOnDemand(onDemand, [...joined, ...requestFeatures])
  if (found.type === 'compiled') return []
  return found.problems.flatMap((each) => {
    const { feature, problem } = each
    if (problem.sort === 'syntax' || problem.sort === 'limit') return []
    return [findingInText(entry, `/spec/onDemand/${feature}/cel`, problem.at, problemOf(each))]
  })
}
