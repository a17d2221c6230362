/** The whole of the unit's hash, cut into pieces of one release each: what a route means for the units. Pure. */
import type { Digest } from '../core/digest.ts'
import type { RouteShape } from '../core/serving-state.ts'

/** A part of [0, 1) of the unit's hash and the release that it gets; null: not answered. */
export interface UnitRange {
  readonly start: number
  readonly end: number
  readonly release: Digest | null
}

/** The arms' ranges, and the default arm for what is between them. Together they are [0, 1). */
export function unitRangesOf(route: RouteShape | null): readonly UnitRange[] {
  if (route === null) return [{ start: 0, end: 1, release: null }]
  const rest = defaultReleaseOf(route)
  const pieces: UnitRange[] = []
  let position = 0
  const taken = route.arms.flatMap(({ range, release }) => (range === undefined ? [] : [{ range, release }]))
  for (const { range, release } of [...taken].sort((a, b) => a.range[0] - b.range[0])) {
    if (range[0] > position) pieces.push({ start: position, end: range[0], release: rest })
    if (range[1] > range[0]) pieces.push({ start: range[0], end: range[1], release })
    position = range[1]
  }
  if (position < 1) pieces.push({ start: position, end: 1, release: rest })
  return pieces
}

/** What requests without a unit get. */
export function defaultReleaseOf({ arms, defaultArm }: RouteShape): Digest | null {
  return arms.find(({ name }) => name === defaultArm)?.release ?? null
}

/** True when both hash the same units with the same seed: then a unit lies at the same place in both. */
export function isSameDraw(a: RouteShape | null, b: RouteShape | null): boolean {
  return a?.seed === b?.seed && a?.unit === b?.unit
}
