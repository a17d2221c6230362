/**
 * Scores of predicted classes, from the confusion matrix alone: names and conventions of scikit-learn's `metrics`, with
 * `zero_division=0`. Weighted matrices count weights.
 */

/** Row: truth; column: prediction; `counts[truth * classes + prediction]`. */
export interface ConfusionMatrix {
  readonly classes: number
  readonly counts: ArrayLike<number>
}

export interface ClassScores {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

interface Margins {
  readonly right: readonly number[]
  readonly truths: readonly number[]
  readonly predictions: readonly number[]
  readonly total: number
}

function marginsOf({ classes, counts }: ConfusionMatrix): Margins {
  const right = new Array<number>(classes).fill(0)
  const [truths, predictions] = [[...right], [...right]]
  let total = 0
  for (let truth = 0; truth < classes; truth += 1) {
    for (let prediction = 0; prediction < classes; prediction += 1) {
      const count = counts[truth * classes + prediction] ?? 0
      truths[truth] = (truths[truth] ?? 0) + count
      predictions[prediction] = (predictions[prediction] ?? 0) + count
      total += count
      if (truth === prediction) right[truth] = count
    }
  }
  return { right, truths, predictions, total }
}

/** The share of right predictions; NaN of nothing. */
export function accuracyOf(matrix: ConfusionMatrix): number {
  const { right, total } = marginsOf(matrix)
  return sum(right) / total
}

/** Mean recall of the classes; NaN when one is absent, where scikit-learn leaves that class out. */
export function balancedAccuracyOf(matrix: ConfusionMatrix): number {
  const { right, truths } = marginsOf(matrix)
  return sum(right.map((count, index) => count / (truths[index] ?? NaN))) / matrix.classes
}

/** Matthews' correlation for any number of classes (Gorodkin 2004); 0 where truth or prediction is constant. */
export function matthewsCorrcoefOf(matrix: ConfusionMatrix): number {
  const { right, truths, predictions, total } = marginsOf(matrix)
  if (!(total > 0)) return NaN
  const share = (counts: readonly number[]) => counts.map((count) => count / total)
  const [t, p] = [share(truths), share(predictions)]
  const covariance = sum(share(right).map((both, index) => both - (t[index] ?? 0) * (p[index] ?? 0)))
  const spread = unlike(t, t) * unlike(p, p)
  return spread === 0 ? 0 : covariance / Math.sqrt(spread)
}

/** Cohen's kappa (1960), `1 - disagreement / disagreement by chance`; NaN where chance alone cannot disagree. */
export function cohenKappaOf(matrix: ConfusionMatrix): number {
  const { right, truths, predictions, total } = marginsOf(matrix)
  const share = (counts: readonly number[]) => counts.map((count) => count / total)
  const byChance = unlike(share(truths), share(predictions))
  return byChance === 0 ? NaN : 1 - disagreement(matrix, sum(right), total) / byChance
}

/** From the cells off the diagonal, not as `1 - agreement`: exactly 0 when all agree. */
function disagreement({ classes, counts }: ConfusionMatrix, agreed: number, total: number): number {
  let off = 0
  for (let cell = 0; cell < classes * classes; cell += 1) {
    if (cell % (classes + 1) !== 0) off += counts[cell] ?? 0
  }
  return off === 0 && agreed === 0 ? NaN : off / total
}

/** `sum a_i b_j` over i != j: what `1 - sum a_i b_i` is for shares, without cancellation. */
function unlike(a: readonly number[], b: readonly number[]): number {
  let result = 0
  for (const [i, left] of a.entries()) {
    for (const [j, right] of b.entries()) if (i !== j) result += left * right
  }
  return result
}

/** Precision, recall and F1 of each class; 0 where a denominator is 0. */
export function classScoresOf(matrix: ConfusionMatrix): readonly ClassScores[] {
  const { right, truths, predictions } = marginsOf(matrix)
  return right.map((count, index) => scoresOfClass(count, truths[index] ?? 0, predictions[index] ?? 0))
}

function scoresOfClass(right: number, truths: number, predictions: number): ClassScores {
  return {
    precision: ratioOrZero(right, predictions),
    recall: ratioOrZero(right, truths),
    f1: ratioOrZero(2 * right, truths + predictions),
  }
}

function ratioOrZero(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator
}

/** Mean over the classes, all alike. NaN of an empty matrix. */
export function macroScoresOf(matrix: ConfusionMatrix): ClassScores {
  return averaged(matrix, () => 1)
}

/** Mean over the classes, each by its weight in the truth. NaN of an empty matrix. */
export function weightedScoresOf(matrix: ConfusionMatrix): ClassScores {
  const { truths } = marginsOf(matrix)
  return averaged(matrix, (index) => truths[index] ?? 0)
}

/** All classes counted together: equal to the accuracy, since every row has one class. NaN of an empty matrix. */
export function microScoresOf(matrix: ConfusionMatrix): ClassScores {
  const accuracy = accuracyOf(matrix)
  return { precision: accuracy, recall: accuracy, f1: accuracy }
}

function averaged(matrix: ConfusionMatrix, weightOf: (index: number) => number): ClassScores {
  const scores = classScoresOf(matrix)
  const empty = marginsOf(matrix).total === 0
  const total = sum(scores.map((_, index) => weightOf(index)))
  const mean = (name: keyof ClassScores) =>
    empty ? NaN : sum(scores.map((score, index) => score[name] * (weightOf(index) / total)))
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
