/** Fisher's exact test of a table of two by two. */
import { binomialTerm } from '../special/deviance.ts'
import type { Alternative } from './alternative.ts'

export interface FisherTest {
  /** The odds ratio ad / (bc) of the sample. */
  readonly statistic: number
  readonly pvalue: number
}

/** The counts [[a, b], [c, d]]. */
export interface TwoByTwo {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

/** Tables as probable as the observed one differ by rounding only; this slack keeps such ties. */
const tieSlack = 1 + 1e-7

/**
 * Two-sided: the probability of all tables that are at most as probable as the observed one. Exact for tables of any size: terms
 * are summed outwards from where they are largest. A row or column of zeros leaves nothing to test: NaN and 1. Values
 * are scipy.stats.fisher_exact's.
 */
export function fisherExact(table: TwoByTwo, alternative: Alternative): FisherTest {
  const { a, b, c, d } = table
  if (a + b === 0 || c + d === 0 || a + c === 0 || b + d === 0) return { statistic: NaN, pvalue: 1 }
  const statistic = b === 0 || c === 0 ? Infinity : (a * d) / (b * c)
  return { statistic, pvalue: Math.min(1, pvalueOf(distributionOf(table), a, alternative)) }
}

function pvalueOf(given: Hypergeometric, observed: number, alternative: Alternative): number {
  switch (alternative) {
    case 'less':
      return cumulative(given, observed, -1)
    case 'greater':
      return cumulative(given, observed, 1)
    case 'two-sided':
      return twoSided(given, observed)
  }
}

/** The first cell, when the margins are given. */
interface Hypergeometric {
  readonly row: number
  readonly column: number
  readonly total: number
  readonly least: number
  readonly most: number
  readonly mode: number
}

function distributionOf({ a, b, c, d }: TwoByTwo): Hypergeometric {
  const [row, column, total] = [a + b, a + c, a + b + c + d]
  const least = Math.max(0, row + column - total)
  const most = Math.min(row, column)
  const mode = Math.min(most, Math.max(least, Math.floor(((row + 1) / (total + 2)) * (column + 1))))
  return { row, column, total, least, most, mode }
}

/** As three binomial terms with the same p = column / total, each exact (Loader 2000, as in R's dhyper). */
function probability({ row, column, total }: Hypergeometric, at: number): number {
  const [p, q] = [column / total, (total - column) / total]
  return (binomialTerm(at, row, p, q) / binomialTerm(column, total, p, q)) * binomialTerm(column - at, total - row, p, q)
}

/** Sum of all terms from `start` on in one direction; past the mode they fall, so that it ends when nothing is added any more. */
function tail(given: Hypergeometric, start: number, direction: 1 | -1): number {
  const { row, column, total, least, most } = given
  if (start < least || start > most) return 0
  let term = probability(given, start)
  let sum = 0
  for (let at = start; at >= least && at <= most; at += direction) {
    const next = sum + term
    if (next === sum) return sum
    sum = next
    const up = ((row - at) / (at + 1)) * ((column - at) / (total - row - column + at + 1))
    const down = (at / (row - at + 1)) * ((total - row - column + at) / (column - at + 1))
    term *= direction === 1 ? up : down
  }
  return sum
}

/** P(X <= at) or P(X >= at): the tail that falls is summed, the other is what is left of 1. */
function cumulative(given: Hypergeometric, at: number, direction: 1 | -1): number {
  const falls = (at - given.mode) * direction >= 0
  return falls ? tail(given, at, direction) : 1 - tail(given, at - direction, -direction as 1 | -1)
}

function twoSided(given: Hypergeometric, observed: number): number {
  const limit = probability(given, observed) * tieSlack
  if (probability(given, given.mode) <= limit) return 1
  const direction = observed > given.mode ? 1 : -1
  return tail(given, observed, direction) + tail(given, farSide(given, limit, -direction as 1 | -1), -direction as 1 | -1)
}

/** The first point beyond the mode on the other side that is not more probable than the limit; probabilities fall from the mode on. */
function farSide(given: Hypergeometric, limit: number, direction: 1 | -1): number {
  let inside = given.mode
  let outside = direction === 1 ? given.most + 1 : given.least - 1
  while (Math.abs(outside - inside) > 1) {
    const middle = Math.floor((inside + outside) / 2)
    if (probability(given, middle) > limit) inside = middle
    else outside = middle
  }
  return outside
}
