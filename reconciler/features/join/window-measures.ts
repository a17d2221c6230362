/** What a sweep has to count so that windowed features can be told from it: each measure is a running aggregate, and how parts combine. */

export interface Measure {
  readonly name: string
  /** Aggregate over the rows that came so far, in SQL, without OVER. */
  readonly running: string
  /** How the parts on both sides of a cut become one. */
  readonly combine: 'sum' | 'min' | 'max'
}

/** Measures by what they say, so that features that need the same one share it. */
export class MeasureList {
  readonly #measures = new Map<string, Measure>()
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The name of the measure, which may be there already. */
  add(running: string, combine: Measure['combine']): string {
    const key = `${combine} ${running}`
    const measure = this.#measures.get(key) ?? { name: `${this.#prefix}${this.#measures.size}`, running, combine }
    this.#measures.set(key, measure)
    return measure.name
  }

  get all(): readonly Measure[] {
    return [...this.#measures.values()]
  }
}
