/** How far the values of one feature are apart in two profiles, nulls and special values included. */
import { divergenceOf, type Divergence } from './divergence.ts'
import type { Profile } from './profile.ts'
import type { TopCategories } from './top-categories.ts'

/** Null where the two cannot be compared: values of another sort, histograms of other edges, none at all, or no rows. */
export function compareProfiles(before: Profile, after: Profile): Divergence | null {
  const bins = binsOf(before, after)
  return bins && divergenceOf([...specialsOf(before), ...bins.before], [...specialsOf(after), ...bins.after])
}

interface Bins {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** What has no place in a histogram; null, NaN and the infinities. A histogram counts infinities beyond its edges. */
function specialsOf({ nulls, nans }: Profile): readonly number[] {
  return [nulls, nans]
}

function binsOf(before: Profile, after: Profile): Bins | null {
  if (before.categories !== null && after.categories !== null) {
    return categoryBins(before, after, [before.categories, after.categories])
  }
  const [old, next] = [before.histogram, after.histogram]
  if (old === null || next === null || !isEqual(old.edges, next.edges)) return null
  return {
    before: [old.underflow, ...old.counts, old.overflow],
    after: [next.underflow, ...next.counts, next.overflow],
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((edge, index) => edge === b[index])
}

/** A text that one side does not list, and may have, is one of the others on both sides. */
function categoryBins(before: Profile, after: Profile, [old, next]: readonly [TopCategories, TopCategories]): Bins {
  const [left, right] = [countsOf(old), countsOf(next)]
  const isKnown = (counts: ReadonlyMap<string, number>, { unlistedAtMost }: TopCategories, value: string): boolean =>
    counts.has(value) || unlistedAtMost === 0
  const values = [...new Set([...left.keys(), ...right.keys()])].filter(
    (value) => isKnown(left, old, value) && isKnown(right, next, value),
  )
  const binsIn = (counts: ReadonlyMap<string, number>, { rows, nulls }: Profile): readonly number[] => {
    const listed = values.map((value) => counts.get(value) ?? 0)
    return [...listed, Math.max(0, rows - nulls - listed.reduce((sum, count) => sum + count, 0))]
  }
  return { before: binsIn(left, before), after: binsIn(right, after) }
}

function countsOf({ categories }: TopCategories): ReadonlyMap<string, number> {
  return new Map(categories.map(({ value, count }) => [value, count]))
}
