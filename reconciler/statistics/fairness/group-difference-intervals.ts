/** Rates of groups, and their differences to a reference group, with intervals: for independent rows of one weight. */
import type { Interval, Proportion } from '../intervals/interval.ts'
import { newcombeDifference } from '../intervals/newcombe-difference.ts'
import { proportionInterval } from '../intervals/proportion-interval.ts'
import { totalsOf } from '../metrics/clusters.ts'
import type { Attribute } from './attribute.ts'
import { assertDecisions, cellsOfGroup, type Decisions, groupSums } from './group-rates.ts'

/** All NaN but the counts where the denominator is 0: undefined, not 0. */
export interface GroupRate extends Interval {
  readonly numerator: number
  readonly denominator: number
  readonly rate: number
}

/** Group minus reference; NaN where either is undefined. Left out of the reference group itself. */
export interface GroupDifference {
  readonly difference?: number
  readonly difference_low?: number
  readonly difference_high?: number
}

type ByGroup = Readonly<Record<string, GroupRate & GroupDifference>>

export interface GroupDifferenceIntervals {
  readonly selection_rate: ByGroup
  readonly true_positive_rate: ByGroup
}

interface Given {
  readonly decisions: Omit<Decisions, 'weights'>
  readonly attribute: Attribute
  /** The level that the others are compared with. One that nobody is in leaves every difference undefined. */
  readonly reference: string
  readonly confidence: number
}

/** Rates with Wilson's interval, differences with Newcombe's (1998, method 10). Throws a RangeError for rows that are no decisions. */
export function groupDifferenceIntervals({ decisions, attribute, reference, confidence }: Given): GroupDifferenceIntervals {
  assertDecisions(decisions)
  const { levels, codes } = attribute
  const totals = totalsOf(groupSums(decisions, { ids: codes, count: levels.length }))
  const selected = levels.map((_, group) => selectionOf(totals, group))
  const found = levels.map((_, group) => truePositivesOf(totals, group))
  const compared = (proportions: readonly Proportion[]) => compareGroups(proportions, { levels, reference, confidence })
  return { selection_rate: compared(selected), true_positive_rate: compared(found) }
}

function selectionOf(totals: Float64Array, group: number): Proportion {
  const { rows, falsePositives, truePositives } = cellsOfGroup(totals, group)
  return { successes: falsePositives + truePositives, count: rows }
}

function truePositivesOf(totals: Float64Array, group: number): Proportion {
  const { falseNegatives, truePositives } = cellsOfGroup(totals, group)
  return { successes: truePositives, count: falseNegatives + truePositives }
}

interface Comparison {
  readonly levels: readonly string[]
  readonly reference: string
  readonly confidence: number
}

function compareGroups(groups: readonly Proportion[], { levels, reference, confidence }: Comparison): ByGroup {
  const none = { successes: 0, count: 0 }
  const compared = groups[levels.indexOf(reference)] ?? none
  const entries = groups.map((group, index) => {
    const level = levels[index] ?? ''
    const rate = rateOf(group, confidence)
    return [level, level === reference ? rate : { ...rate, ...differenceOf(group, compared, confidence) }] as const
  })
  return Object.fromEntries(entries)
}

function rateOf(group: Proportion, confidence: number): GroupRate {
  const { low, high } = proportionInterval(group, confidence, 'wilson')
  const { successes, count } = group
  return { numerator: successes, denominator: count, rate: successes / count, low, high }
}

function differenceOf(group: Proportion, reference: Proportion, confidence: number): GroupDifference {
  const { difference, interval } = newcombeDifference(group, reference, confidence)
  return { difference, difference_low: interval.low, difference_high: interval.high }
}
