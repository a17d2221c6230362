/**
 * Learns what a model's runs cost: a fixed part and a part a row, by least squares with forgetting. Knows no model.
 *
 * Weights fall by a constant factor with every run, so that the line follows a machine that became slower or faster. The
 * share of the rows in the whole is kept while all runs have one size: such runs say nothing of it.
 */

const memory = 0.95

/** One run in which the machine did something else must not count for many: it is taken for at most so many times the expected. */
const largestJump = 4
const jumpSlackMs = 0.1

/** Below this the sizes of the remembered runs are too much alike: variance by the square of the mean. */
const leastSpread = 0.01

export class RunCost {
  #weight = 0
  #rows = 0
  #ms = 0
  #rowsSquared = 0
  #rowsMs = 0
  /** Cost of a row by the fixed cost and one row; 0: no more rows cost more. */
  #rowShare = 0
  /** Runs of several sizes have been seen. */
  #knowsRows = false
  #base = 0
  #perRow = 0

  /** A run of so many rows took so many milliseconds. None count as one. */
  observe(givenRows: number, tookMs: number): void {
    const rows = Math.max(1, givenRows)
    const ms = Math.min(tookMs, this.#mostCredible(rows))
    this.#weight = this.#weight * memory + 1
    this.#rows = this.#rows * memory + rows
    this.#ms = this.#ms * memory + ms
    this.#rowsSquared = this.#rowsSquared * memory + rows * rows
    this.#rowsMs = this.#rowsMs * memory + rows * ms
    this.#fit()
  }

  /** Until runs of several sizes are known, all of the cost may be that of the rows. */
  #mostCredible(rows: number): number {
    if (this.#weight === 0) return Infinity
    const expected = this.#knowsRows ? this.estimate(rows) : Math.max(1, rows / (this.#rows / this.#weight)) * this.estimate(1)
    return largestJump * expected + jumpSlackMs
  }

  /** Milliseconds a run of so many rows will take; 0 before the first observation. Never negative. */
  estimate(rows: number): number {
    return this.#base + this.#perRow * rows
  }

  /** Rows that fit into so many milliseconds, or into twice the fixed part when that is longer; at least 1. */
  rowsWithin(ms: number): number {
    if (this.#perRow === 0) return Number.MAX_SAFE_INTEGER
    return Math.max(1, Math.floor(Math.max(ms - this.#base, this.#base) / this.#perRow))
  }

  #fit(): void {
    const meanRows = this.#rows / this.#weight
    const meanMs = this.#ms / this.#weight
    const variance = this.#rowsSquared / this.#weight - meanRows * meanRows
    if (variance > leastSpread * meanRows * meanRows) {
      const covariance = this.#rowsMs / this.#weight - meanRows * meanMs
      const perRow = Math.max(0, Math.min(covariance / variance, meanMs / meanRows))
      const base = meanMs - perRow * meanRows
      this.#knowsRows = true
      this.#rowShare = perRow === 0 ? 0 : perRow / (base + perRow)
    }
    // base + perRow * meanRows = meanMs, and perRow has its share of base + perRow.
    const oneRow = meanMs / (1 + this.#rowShare * (meanRows - 1))
    this.#perRow = this.#rowShare * oneRow
    this.#base = Math.max(0, oneRow - this.#perRow)
  }
}
