/**
 * Learns what a model's runs cost: a fixed part and a part a row, by least squares with forgetting. Knows no model.
 *
 * Weights fall by a constant factor with every run, so that the line follows a machine that became slower or faster.
 */

const memory = 0.95

export class RunCost {
  #weight = 0
  #rows = 0
  #ms = 0
  #rowsSquared = 0
  #rowsMs = 0

  /** A run of so many rows took so many milliseconds. */
  observe(rows: number, ms: number): void {
    this.#weight = this.#weight * memory + 1
    this.#rows = this.#rows * memory + rows
    this.#ms = this.#ms * memory + ms
    this.#rowsSquared = this.#rowsSquared * memory + rows * rows
    this.#rowsMs = this.#rowsMs * memory + rows * ms
  }

  /** Milliseconds a run of so many rows will take; 0 before the first observation. Never negative. */
  estimate(rows: number): number {
    const { base, perRow } = this.#line()
    return base + perRow * rows
  }

  /** Rows that fit into so many milliseconds, at least 1. */
  rowsWithin(ms: number): number {
    const { base, perRow } = this.#line()
    return perRow === 0 ? Number.MAX_SAFE_INTEGER : Math.max(1, Math.floor((ms - base) / perRow))
  }

  /** With runs of one size only, all of it counts as fixed: a larger run is then learned when it happens. */
  #line(): { readonly base: number; readonly perRow: number } {
    if (this.#weight === 0) return { base: 0, perRow: 0 }
    const meanRows = this.#rows / this.#weight
    const meanMs = this.#ms / this.#weight
    const variance = this.#rowsSquared / this.#weight - meanRows * meanRows
    const covariance = this.#rowsMs / this.#weight - meanRows * meanMs
    if (variance < 1e-9 * meanRows * meanRows) return { base: meanMs, perRow: 0 }
    const perRow = Math.max(0, Math.min(covariance / variance, meanMs / meanRows))
    return { base: meanMs - perRow * meanRows, perRow }
  }
}
