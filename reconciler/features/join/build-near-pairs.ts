/**
 * Labels beside the rows that are near to them, each with each: what is fastest where few of them meet. Time is cut into blocks as long as
 * the time that is looked back; a label looks at its own block and the one before.
 */

/** Where `x` lies among blocks of `width`. Division towards zero: the block of 0 is twice as long, and nothing else changes. */
export function blockOf(x: string, width: bigint): string {
  return `(${x} // ${width})`
}

export interface NearPairs {
  /** Relation with the keys and what `taken` and `where` name. */
  readonly rows: string
  /** Column of `rows`: what the label's time is at least, and less than `width` more than. */
  readonly time: string
  /** Relation with the keys, `l`, `at` and `t`. */
  readonly times: string
  readonly keys: readonly string[]
  readonly width: bigint
}

/** The times of labels, twice: with the `block` in which they stand, and the one before. */
export function buildLookups({ times, width }: Pick<NearPairs, 'times' | 'width'>): string {
  const block = blockOf('t', width)
  return `SELECT *, ${block} AS block FROM ${times} UNION ALL SELECT *, ${block} - 1 FROM ${times}`
}

/** What follows FROM: `near` are the rows, `looked` the labels. The condition on their times is the caller's. */
export function joinNear(pairs: NearPairs): string {
  const equal = pairs.keys.map((key) => `near.${key} = looked.${key}`).join(' AND ')
  const rows = `SELECT *, ${blockOf(pairs.time, pairs.width)} AS block FROM ${pairs.rows}`
  return `(${rows}) AS near JOIN (${buildLookups(pairs)}) AS looked ON ${equal} AND near.block = looked.block`
}
