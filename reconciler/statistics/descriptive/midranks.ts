/** Ranks of values, ties sharing their mean rank. */

export interface Midranks {
  /** From 1, in the order of the input. */
  readonly ranks: Float64Array
  /** Sum of t³ - t over groups of t equal values. */
  readonly tieTerm: number
}

/** NaN among the values makes no sense of ranks: the caller looks for it first. */
export function midranksOf(values: Float64Array): Midranks {
  const order = Uint32Array.from(values, (_, index) => index).sort((left, right) => (values[left] ?? 0) - (values[right] ?? 0))
  const ranks = new Float64Array(values.length)
  let tieTerm = 0
  for (let from = 0; from < order.length;) {
    const value = values[order[from] ?? 0]
    let to = from + 1
    while (to < order.length && values[order[to] ?? 0] === value) to += 1
    for (let at = from; at < to; at += 1) ranks[order[at] ?? 0] = (from + to + 1) / 2
    tieTerm += (to - from) ** 3 - (to - from)
    from = to
  }
  return { ranks, tieTerm }
}
