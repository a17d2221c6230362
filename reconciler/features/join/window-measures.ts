/** What a sweep has to tell of the rows that count at a time, so that windowed features can be told from it. */

export interface Measure {
  readonly name: string
  /** Value of one row, in SQL. Null adds nothing. Of sums: whole numbers, which can be taken away again without a trace. */
  readonly input: string
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
  add(input: string, combine: Measure['combine']): string {
    const key = `${combine} ${input}`
    const measure = this.#measures.get(key) ?? { name: `${this.#prefix}${this.#measures.size}`, input, combine }
    this.#measures.set(key, measure)
    return measure.name
  }

  get all(): readonly Measure[] {
    return [...this.#measures.values()]
  }
}
