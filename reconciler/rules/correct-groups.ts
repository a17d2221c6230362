/** Many groups of one rule: a violation that chance alone would give among so many is none. */
import { adjustPvalues } from '../statistics/multiple-testing/adjust-pvalues.ts'
import { normalQuantile } from '../statistics/special/normal.ts'
import type { Judgement } from './judge-value.ts'

export interface CorrectedGroups {
  readonly judgements: readonly Judgement[]
  /** Groups whose violation was tested; fewer than two: nothing is corrected. */
  readonly comparisons: number
}

/**
 * Holm (1979) over the one-sided chances of all groups of the rule, at half of what the two-sided intervals leave: one group alone is
 * judged as its interval says. A rule is passed only when each group is (an intersection-union test, Berger 1982): that needs no
 * correction, since looking at more groups makes it harder, not easier.
 */
export function correctGroups(judgements: readonly Judgement[], confidence: number): CorrectedGroups {
  const alpha = (1 - confidence) / 2
  const chances = judgements.map(({ p }) => p ?? NaN)
  const comparisons = chances.filter((p) => !Number.isNaN(p)).length
  if (comparisons < 2) return { judgements, comparisons }
  const { adjusted } = adjustPvalues(chances, 'holm', alpha)
  const corrected = judgements.map((judgement, index): Judgement => {
    const { p, value } = judgement
    const adjustedP = adjusted[index]
    if (p === null || adjustedP === undefined) return judgement
    const known = { ...judgement, value: { ...value, adjustedP } }
    if (value.verdict !== 'failed' || adjustedP <= alpha) return known
    const rowsFactor = factorOf(p, alpha / (adjustedP / p))
    return { ...known, value: { ...known.value, verdict: 'inconclusive' }, reason: 'not-significant-among-groups', rowsFactor }
  })
  return { judgements: corrected, comparisons }
}

/** The distance in standard errors grows with the root of the rows. */
function factorOf(p: number, wanted: number): number | null {
  const [found, needed] = [normalQuantile(p), normalQuantile(wanted)]
  return found < 0 ? (needed / found) ** 2 : null
}
