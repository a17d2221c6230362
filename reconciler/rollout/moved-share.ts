/** How many units a change of traffic moves to another release, and which releases gain some. Pure. */
import type { Digest } from '../core/digest.ts'
import type { Traffic } from '../core/rollout-state.ts'
import type { RouteShape } from '../core/serving-state.ts'
import { buildRoute } from './route.ts'
import { defaultReleaseOf, isSameDraw, type UnitRange, unitRangesOf } from './unit-ranges.ts'

/** Shares are whole multiples of 1 / grain (two percentages of two percentages): what is smaller is a rounding error. */
const grain = 1e8

/**
 * Share of the units, 0 to 1, that get another release (or none) after the change. Exact when both sides hash the same
 * units with one seed; otherwise the hashes are independent, and the share is the expected one.
 */
export function movedShare(rollout: string, before: Traffic | null, after: Traffic | null): number {
  const old = before === null ? null : buildRoute(rollout, before)
  const next = after === null ? null : buildRoute(rollout, after)
  const kept = unitRangesOf(old).flatMap((a) =>
    unitRangesOf(next).map((b) => (a.release === b.release ? overlap(a, b, isSameDraw(old, next)) : 0)),
  )
  return Math.round((1 - kept.reduce((sum, share) => sum + share, 0)) * grain) / grain
}

/** Releases that some requests get after the change and did not get before, with or without a unit. */
export function gainingReleases(before: RouteShape | null, after: RouteShape): ReadonlySet<Digest> {
  const sameDraw = isSameDraw(before, after)
  const old = unitRangesOf(before)
  const gaining = unitRangesOf(after).filter((next) =>
    old.some((previous) => previous.release !== next.release && overlap(previous, next, sameDraw) > 0.1 / grain),
  )
  const byDefault = defaultReleaseOf(after)
  const changesDefault = before === null || defaultReleaseOf(before) !== byDefault
  const releases = [...gaining.map(({ release }) => release), ...(changesDefault ? [byDefault] : [])]
  return new Set(releases.filter((release) => release !== null))
}

function overlap(a: UnitRange, b: UnitRange, sameDraw: boolean): number {
  if (!sameDraw) return (a.end - a.start) * (b.end - b.start)
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))
}
