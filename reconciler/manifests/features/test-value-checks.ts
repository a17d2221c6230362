/** The rules on values that behaviour tests give features of views: those of their dtype. */
import type { BehaviourTest, TestValue } from '../../core/behaviour-test.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Finding } from '../../core/finding.ts'
import { findingIn, type CommitView } from '../commit-view.ts'
import type { ModelSpec } from '../kinds/model.ts'
import { escapePointer } from '../kinds/request-features.ts'
import type { Problem } from '../local-finding.ts'
import { testChangeProblem, testValueProblem } from '../test-value-problems.ts'
import { takenDtypes } from './taken-dtypes.ts'

export function checkBehaviourTests(commit: CommitView): readonly Finding[] {
  return commit.entries.flatMap((entry) => {
    if (entry.document.kind !== 'Model' || entry.document.spec === null) return []
    const { tests, features } = entry.document.spec as ModelSpec
    if (tests.length === 0 || features.length === 0) return []
    const dtypes = new Map(takenDtypes(features, commit.specs)?.map(({ name, dtype }) => [name, dtype]))
    return tests.flatMap((test, index) =>
      judge(test, dtypes, `/spec/tests/${index}`).flatMap(({ pointer, problem }) =>
        problem === null ? [] : [findingIn(entry, pointer, problem)],
      ),
    )
  })
}

interface Placed {
  readonly pointer: string
  readonly problem: Problem | null
}

function judge(test: BehaviourTest, dtypes: ReadonlyMap<string, FeatureDtype>, pointer: string): readonly Placed[] {
  const valueAt = (name: string, value: TestValue, place: string): Placed => {
    return { pointer: `${pointer}/${place}`, problem: testValueProblem(name, value, dtypes.get(name)) }
  }
  if (test.type === 'golden') {
    return Object.entries(test.row).map(([name, value]) => valueAt(name, value, `golden/row/${escapePointer(name)}`))
  }
  if (test.type === 'invariance') {
    return (test.values ?? []).map((value, index) => valueAt(test.feature, value, `invariance/values/${index}`))
  }
  if (test.type !== 'directional') return []
  const { feature, change } = test
  if (change.type === 'set') return [valueAt(feature, change.to, 'directional/set')]
  return [{ pointer: `${pointer}/directional/feature`, problem: testChangeProblem(feature, change, dtypes.get(feature)) }]
}
