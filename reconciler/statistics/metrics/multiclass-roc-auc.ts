/** Areas under the ROC curves of several classes: one against the rest, and one against one. */
import { orderScores } from './score-order.ts'

export interface MulticlassRocAuc {
  readonly roc_auc_ovr_macro: number
  /** Weighted by the classes' shares of the rows. */
  readonly roc_auc_ovr_weighted: number
  /** Hand and Till (2001), equation 7. */
  readonly roc_auc_ovo_macro: number
  /** Weighted by the pairs' shares of the rows. */
  readonly roc_auc_ovo_weighted: number
}

interface Given {
  readonly classes: number
  readonly truth: Uint32Array
  readonly probabilities: Float64Array
  readonly weights?: Float64Array | undefined
}

/** All from one sort for each class. NaN when a class is absent, where scikit-learn refuses. */
export function multiclassRocAuc(given: Given): MulticlassRocAuc {
  const { classes } = given
  const sizes = sizesOf(given)
  const total = sum([...sizes])
  const wins = Array.from({ length: classes }, (_, column) => winsOf(given, column, sizes))
  const indexes = wins.map((_, index) => index)
  const size = (index: number) => sizes[index] ?? 0
  // Chance that a row of class a has a higher probability of a than a row of class b.
  const areaOf = (a: number, b: number) => (wins[a]?.[b] ?? NaN) / size(b)
  const rest = indexes.map((a) => sum(indexes.filter((b) => b !== a).map((b) => wins[a]?.[b] ?? NaN)) / (total - size(a)))
  const pairs = indexes.flatMap((a) => indexes.slice(a + 1).map((b) => [a, b] as const))
  const areas = pairs.map(([a, b]) => (areaOf(a, b) + areaOf(b, a)) / 2)
  const shares = pairs.map(([a, b]) => size(a) + size(b))
  return {
    roc_auc_ovr_macro: weightedMean(
      rest,
      rest.map(() => 1),
    ),
    roc_auc_ovr_weighted: weightedMean(rest, [...sizes]),
    roc_auc_ovo_macro: weightedMean(
      areas,
      areas.map(() => 1),
    ),
    roc_auc_ovo_weighted: weightedMean(areas, shares),
  }
}

function sizesOf({ classes, truth, weights }: Given): Float64Array {
  const sizes = new Float64Array(classes)
  for (let row = 0; row < truth.length; row += 1) {
    const label = truth[row] ?? 0
    sizes[label] = (sizes[label] ?? 0) + (weights === undefined ? 1 : (weights[row] ?? 0))
  }
  return sizes
}

/**
 * For each class b, the weight of its rows times the mean share of class `column`'s rows that have a higher probability of it, ties half:
 * by one walk from the highest probability down.
 */
function winsOf({ classes, truth, probabilities, weights }: Given, column: number, sizes: Float64Array): Float64Array {
  const { rows, sorted } = orderScores(columnOf(probabilities, classes, column))
  const [wins, tied] = [new Float64Array(classes), new Float64Array(classes)]
  const size = sizes[column] ?? 0
  let [above, index] = [0, rows.length - 1]
  while (index >= 0) {
    const score = sorted[index]
    tied.fill(0)
    for (; index >= 0 && sorted[index] === score; index -= 1) {
      const row = rows[index] ?? 0
      const label = truth[row] ?? 0
      tied[label] = (tied[label] ?? 0) + (weights === undefined ? 1 : (weights[row] ?? 0))
    }
    const own = tied[column] ?? 0
    for (let b = 0; b < classes; b += 1) wins[b] = (wins[b] ?? 0) + (tied[b] ?? 0) * ((above + own / 2) / size)
    above += own
  }
  return wins
}

function columnOf(matrix: Float64Array, columns: number, column: number): Float64Array {
  const values = new Float64Array(columns === 0 ? 0 : matrix.length / columns)
  for (let row = 0; row < values.length; row += 1) values[row] = matrix[row * columns + column] ?? NaN
  return values
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = sum(weights)
  return sum(values.map((value, index) => value * ((weights[index] ?? 0) / total)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
