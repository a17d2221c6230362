/** How far the groups of a stratum are apart: Fairlearn's `group_min`, `group_max`, `difference` and `ratio`. */
import type { GroupRates } from './group-rates.ts'
import type { Stratum } from './metric-frame.ts'

/** Between the highest and the lowest group, or between the overall rate and the group that is farthest from it. */
export type ComparisonMethod = 'between_groups' | 'to_overall'

type Rate = keyof GroupRates

/** Of the lowest group. Groups whose rate is NaN are left out, here and below; NaN when none is left. */
export function groupMin({ groups }: Stratum): GroupRates {
  return forEachRate((rate) => least(groups.map((group) => group.rates[rate])))
}

export function groupMax({ groups }: Stratum): GroupRates {
  return forEachRate((rate) => most(groups.map((group) => group.rates[rate])))
}

/** The largest difference, not negative. */
export function groupDifference(stratum: Stratum, method: ComparisonMethod): GroupRates {
  const { groups, overall } = stratum
  if (method === 'between_groups') {
    const [lowest, highest] = [groupMin(stratum), groupMax(stratum)]
    return forEachRate((rate) => highest[rate] - lowest[rate])
  }
  return forEachRate((rate) => most(groups.map((group) => Math.abs(group.rates[rate] - overall[rate]))))
}

/** The smallest ratio, at most 1: to the overall rate it is turned over where it is larger. NaN of 0 by 0. */
export function groupRatio(stratum: Stratum, method: ComparisonMethod): GroupRates {
  const { groups, overall } = stratum
  if (method === 'between_groups') {
    const [lowest, highest] = [groupMin(stratum), groupMax(stratum)]
    return forEachRate((rate) => lowest[rate] / highest[rate])
  }
  return forEachRate((rate) => least(groups.map((group) => folded(group.rates[rate] / overall[rate]))))
}

function folded(ratio: number): number {
  return ratio > 1 ? 1 / ratio : ratio
}

function forEachRate(compute: (rate: Rate) => number): GroupRates {
  return {
    count: compute('count'),
    selection_rate: compute('selection_rate'),
    true_positive_rate: compute('true_positive_rate'),
    false_positive_rate: compute('false_positive_rate'),
    false_negative_rate: compute('false_negative_rate'),
    true_negative_rate: compute('true_negative_rate'),
    positive_predictive_value: compute('positive_predictive_value'),
  }
}

function least(values: readonly number[]): number {
  return values.reduce((lowest, value) => (value < lowest || Number.isNaN(lowest) ? value : lowest), NaN)
}

function most(values: readonly number[]): number {
  return values.reduce((highest, value) => (value > highest || Number.isNaN(highest) ? value : highest), NaN)
}
