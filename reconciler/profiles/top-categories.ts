/** The most frequent texts with their counts: bounded in number, and mergeable with a bound on what was lost. */

export interface Category {
  readonly value: string
  /** The true count is at least this, and at most `count + error`. */
  readonly count: number
  readonly error: number
}

export interface TopCategories {
  /** How many are kept. */
  readonly limit: number
  /** The most frequent first; of equal counts, by code units of the text. */
  readonly categories: readonly Category[]
  /** No text that is not listed occurs more often than this. 0: every text is listed. */
  readonly unlistedAtMost: number
}

export function topCategoriesOf(values: Iterable<string>, limit: number): TopCategories {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return keep(
    [...counts].map(([value, count]) => ({ value, count, error: 0 })),
    { limit, unlistedAtMost: 0 },
  )
}

/** A text that one side does not list may have occurred there as often as that side's bound: that is added to its error. */
export function mergeTopCategories(a: TopCategories, b: TopCategories): TopCategories {
  const merged = new Map<string, Category>()
  const [inA, inB] = [a, b].map(({ categories }) => new Map(categories.map((category) => [category.value, category])))
  for (const value of [...(inA?.keys() ?? []), ...(inB?.keys() ?? [])]) {
    const left = inA?.get(value) ?? { count: 0, error: a.unlistedAtMost }
    const right = inB?.get(value) ?? { count: 0, error: b.unlistedAtMost }
    merged.set(value, { value, count: left.count + right.count, error: left.error + right.error })
  }
  const unlistedAtMost = a.unlistedAtMost + b.unlistedAtMost
  return keep([...merged.values()], { limit: Math.min(a.limit, b.limit), unlistedAtMost })
}

function keep(
  categories: readonly Category[],
  { limit, unlistedAtMost }: Pick<TopCategories, 'limit' | 'unlistedAtMost'>,
): TopCategories {
  const sorted = [...categories].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  const dropped = sorted.slice(limit).map(({ count, error }) => count + error)
  return { limit, categories: sorted.slice(0, limit), unlistedAtMost: Math.max(unlistedAtMost, ...dropped) }
}
