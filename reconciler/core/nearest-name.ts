/** The known name that a person most likely meant. */

/** The nearest candidate, or null when none is near (at most a third of the letters differ, and at most three). */
export function nearestName(wanted: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Math.min(3, Math.max(1, Math.floor(wanted.length / 3))) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue
    const distance = editDistance(wanted.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** The hint "did you mean …?", when there is a near name. */
export function didYouMean(wanted: string, candidates: Iterable<string>): string | undefined {
  const nearest = nearestName(wanted, candidates)
  return nearest === null ? undefined : `did you mean ${nearest}?`
}

const maximumHints = 50

/** As `didYouMean` for many names; after fifty different ones it is silent: that many are no slips of the hand. */
export function createHints(candidates: Iterable<string>): (wanted: string) => string | undefined {
  const hints = new Map<string, string | undefined>()
  return (wanted) => {
    if (!hints.has(wanted) && hints.size < maximumHints) hints.set(wanted, didYouMean(wanted, candidates))
    return hints.get(wanted)
  }
}

/** How many names a message lists. */
export const maximumListed = 10

/** Names as a text; of many the first ten, and how many of the total are not there. */
export function listNames(names: readonly (string | number)[], total = names.length): string {
  const listed = names.slice(0, maximumListed)
  return total === listed.length ? listed.join(', ') : `${listed.join(', ')} and ${total - listed.length} more`
}

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). Gives up as soon as
 * the distance is surely the limit or more, and answers infinity.
 */
export function editDistance(a: string, b: string, limit = Infinity): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    // A later row is at least the smaller of the two before it.
    if (Math.min(...row) >= limit && Math.min(...last) >= limit) return Infinity
    ;[beforeLast, last] = [last, row]
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
