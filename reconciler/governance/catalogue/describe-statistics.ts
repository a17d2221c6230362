/** Statistics of a view, or of one of its features, as the catalogue shows them to programs. Pure. */
import { summarizeProfile, type ProfileSummary } from '../../profiles/summarize-profile.ts'
import type { FeatureStatistics, ViewStatistics } from '../../profiles/view-statistics.ts'

export interface DescribedStatistics extends Omit<ViewStatistics, 'features' | 'view'> {
  readonly features: readonly DescribedFeature[]
}

export type DescribedFeature = Omit<FeatureStatistics, 'profile'> & ProfileSummary

/** `feature`: only this one; null: all. */
export function describeStatistics({ view: _, ...statistics }: ViewStatistics, feature: string | null): DescribedStatistics {
  const features = statistics.features.filter(({ name }) => feature === null || name === feature)
  return { ...statistics, features: features.map(({ profile, ...each }) => ({ ...each, ...summarizeProfile(profile) })) }
}
