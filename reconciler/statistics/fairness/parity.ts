/** Fairness in one number each, by the names of Fairlearn: demographic parity, equal opportunity, equalized odds, predictive parity. */
import { type ComparisonMethod, groupDifference, groupRatio } from './group-comparison.ts'
import type { Stratum } from './metric-frame.ts'

/** Differences are 0 and ratios 1 where groups are treated alike. NaN where nothing can be compared. */
export interface Parity {
  readonly demographic_parity_difference: number
  readonly demographic_parity_ratio: number
  readonly equal_opportunity_difference: number
  readonly equal_opportunity_ratio: number
  readonly predictive_parity_difference: number
  /** The worse of the true and the false positive rate. */
  readonly equalized_odds_difference_worst_case: number
  readonly equalized_odds_ratio_worst_case: number
  /** The mean of both, of one alone where the other is NaN. */
  readonly equalized_odds_difference_mean: number
  readonly equalized_odds_ratio_mean: number
}

export const parityNames = [
  'demographic_parity_difference',
  'demographic_parity_ratio',
  'equal_opportunity_difference',
  'equal_opportunity_ratio',
  'predictive_parity_difference',
  'equalized_odds_difference_worst_case',
  'equalized_odds_ratio_worst_case',
  'equalized_odds_difference_mean',
  'equalized_odds_ratio_mean',
] as const satisfies readonly (keyof Parity)[]

export function parityOf(stratum: Stratum, method: ComparisonMethod): Parity {
  const [difference, ratio] = [groupDifference(stratum, method), groupRatio(stratum, method)]
  return {
    demographic_parity_difference: difference.selection_rate,
    demographic_parity_ratio: ratio.selection_rate,
    equal_opportunity_difference: difference.true_positive_rate,
    equal_opportunity_ratio: ratio.true_positive_rate,
    predictive_parity_difference: difference.positive_predictive_value,
    equalized_odds_difference_worst_case: larger(difference.true_positive_rate, difference.false_positive_rate),
    equalized_odds_ratio_worst_case: smaller(ratio.true_positive_rate, ratio.false_positive_rate),
    equalized_odds_difference_mean: mean(difference.true_positive_rate, difference.false_positive_rate),
    equalized_odds_ratio_mean: mean(ratio.true_positive_rate, ratio.false_positive_rate),
  }
}

/** As in Fairlearn: without a true positive rate the whole is NaN; a false positive rate that is NaN (nobody is selected wrongly) is left out. */
function larger(truePositive: number, falsePositive: number): number {
  return falsePositive > truePositive ? falsePositive : truePositive
}

function smaller(truePositive: number, falsePositive: number): number {
  return falsePositive < truePositive ? falsePositive : truePositive
}

function mean(a: number, b: number): number {
  if (Number.isNaN(a)) return b
  return Number.isNaN(b) ? a : (a + b) / 2
}
