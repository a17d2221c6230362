/** The columns that metrics of a binary classifier are made of: truth, score and weight of each row. */

export interface BinaryOutcomes {
  /** 1 for the positive class, 0 for the other. */
  readonly truth: Uint8Array
  /** Finite; higher means more likely positive. A probability where losses and calibration are asked for. */
  readonly scores: Float64Array
  /** Finite and not negative, one a row. Left out: every row counts once. */
  readonly weights?: Float64Array | undefined
}

/** Throws a RangeError, naming the first row that is wrong: a metric of such rows would be a number that means nothing. */
export function assertBinaryOutcomes({ truth, scores, weights }: BinaryOutcomes): void {
  assertSameLength(truth.length, { scores, weights })
  for (let row = 0; row < truth.length; row += 1) {
    if ((truth[row] ?? 0) > 1) throw new RangeError(`expected 0 or 1 as the truth, found ${truth[row]} in row ${row}`)
  }
  assertFinite('score', scores)
  if (weights !== undefined) assertWeights(weights)
}

/** Throws a RangeError unless each column that is there has so many rows. */
export function assertSameLength(rows: number, columns: Readonly<Record<string, { readonly length: number } | undefined>>): void {
  for (const [name, column] of Object.entries(columns)) {
    if (column !== undefined && column.length !== rows) {
      throw new RangeError(`expected ${rows} ${name}, one a row, found ${column.length}`)
    }
  }
}

/** Throws a RangeError at the first NaN or infinity. */
export function assertFinite(name: string, values: Float64Array): void {
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? NaN
    if (value - value !== 0) throw new RangeError(`expected a finite ${name}, found ${value} in row ${row}`)
  }
}

/** Throws a RangeError at the first weight that is negative or not finite. */
export function assertWeights(weights: Float64Array): void {
  assertFinite('weight', weights)
  for (let row = 0; row < weights.length; row += 1) {
    if ((weights[row] ?? 0) < 0) throw new RangeError(`expected no negative weight, found ${weights[row]} in row ${row}`)
  }
}

/** Whether every score lies in [0, 1]: what is outside can be ranked, but has no loss and no calibration. */
export function areProbabilities(scores: Float64Array): boolean {
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] ?? NaN
    if (!(score >= 0 && score <= 1)) return false
  }
  return true
}
