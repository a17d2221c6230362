/** What a binary classifier's order of the rows is worth: area under the ROC curve, average precision. */
import type { BinaryOutcomes } from './binary-outcomes.ts'
import type { ScoreOrder } from './score-order.ts'

export interface RankingMetrics {
  /** Chance that a positive ranks above a negative, ties half. NaN unless both classes weigh something. */
  readonly rocAuc: number
  /** `sum (R_k - R_(k-1)) P_k` over the distinct scores, not interpolated. NaN unless positives weigh something. */
  readonly averagePrecision: number
}

/**
 * Both from one walk from the highest score down. The area is the Mann-Whitney statistic over pairs (Bamber 1975); average precision
 * is the step sum of scikit-learn's `average_precision_score`.
 */
export function rankingMetrics({ truth, weights }: BinaryOutcomes, { rows, sorted }: ScoreOrder): RankingMetrics {
  const allPositive = positiveWeight(truth, weights)
  let [positive, negative, area, precision] = [0, 0, 0, 0]
  let index = rows.length - 1
  while (index >= 0) {
    const score = sorted[index]
    let [tiedPositive, tiedNegative] = [0, 0]
    while (index >= 0 && sorted[index] === score) {
      const row = rows[index] ?? 0
      const weight = weights === undefined ? 1 : (weights[row] ?? 0)
      if (truth[row] === 1) tiedPositive += weight
      else tiedNegative += weight
      index -= 1
    }
    // Shares, not products of weights, so that weights of any size neither vanish nor overflow.
    if (tiedNegative > 0) area += tiedNegative * ((positive + tiedPositive / 2) / allPositive)
    positive += tiedPositive
    negative += tiedNegative
    if (tiedPositive > 0) precision += tiedPositive * (positive / (positive + negative))
  }
  return { rocAuc: allPositive > 0 ? area / negative : NaN, averagePrecision: precision / positive }
}

function positiveWeight(truth: Uint8Array, weights: Float64Array | undefined): number {
  let sum = 0
  for (let row = 0; row < truth.length; row += 1) {
    if (truth[row] === 1) sum += weights === undefined ? 1 : (weights[row] ?? 0)
  }
  return sum
}
