/** Statistics of the same views on two sides, feature by feature. Pure. */
import { compareText } from '../../core/finding.ts'
import { compareProfiles } from '../../profiles/compare-profiles.ts'
import type { Divergence } from '../../profiles/divergence.ts'
import type { ViewStatistics } from '../../profiles/view-statistics.ts'
import { describeStatistics, type DescribedFeature, type DescribedStatistics } from './describe-statistics.ts'

export interface StatisticsDiff {
  readonly view: string
  /** What each side is of; null: the view is not there. */
  readonly before: Omit<DescribedStatistics, 'features'> | null
  readonly after: Omit<DescribedStatistics, 'features'> | null
  readonly features: readonly FeatureDiff[]
}

export interface FeatureDiff {
  readonly name: string
  /** Null: the feature is not there. */
  readonly before: DescribedFeature | null
  readonly after: DescribedFeature | null
  /** How far the values are apart, nulls included. Null: they cannot be compared. */
  readonly divergence: Divergence | null
}

/** By name of the view; features in the order of the first side, then new ones. */
export function diffStatistics(before: readonly ViewStatistics[], after: readonly ViewStatistics[]): readonly StatisticsDiff[] {
  const names = [...new Set([...before, ...after].map(({ view }) => view))].sort(compareText)
  return names.map((name) => {
    const is = ({ view }: ViewStatistics): boolean => view === name
    return diffView(name, before.find(is) ?? null, after.find(is) ?? null)
  })
}

function diffView(view: string, before: ViewStatistics | null, after: ViewStatistics | null): StatisticsDiff {
  const [old, next] = [indexFeatures(before), indexFeatures(after)]
  const features = [...new Set([...old.keys(), ...next.keys()])].map((name): FeatureDiff => {
    const [a, b] = [old.get(name), next.get(name)]
    return {
      name,
      before: a?.described ?? null,
      after: b?.described ?? null,
      divergence: a === undefined || b === undefined ? null : compareProfiles(a.profile, b.profile),
    }
  })
  return { view, before: headOf(before), after: headOf(after), features }
}

function headOf(statistics: ViewStatistics | null): StatisticsDiff['before'] {
  if (statistics === null) return null
  const { features: _, ...head } = describeStatistics(statistics, null)
  return head
}

function indexFeatures(statistics: ViewStatistics | null) {
  const described = statistics === null ? [] : describeStatistics(statistics, null).features
  return new Map(
    (statistics?.features ?? []).flatMap(({ name, profile }, at) => {
      const one = described[at]
      return one === undefined ? [] : [[name, { profile, described: one }] as const]
    }),
  )
}
