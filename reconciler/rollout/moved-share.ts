/** How many units a change of traffic moves to another release. Pure. */
import type { Digest } from '../core/digest.ts'
import type { Traffic } from '../core/rollout-state.ts'
import { buildRoute } from './route.ts'

/** A part of [0, 1) of the unit's hash and the release that it gets; null: not answered. */
interface Piece {
  readonly start: number
  readonly end: number
  readonly release: Digest | null
}

/**
 * Share of the units, 0 to 1, that get another release (or none) after the change. Exact when both sides hash with one
 * seed; with two seeds the hashes are independent, and the share is the expected one.
 */
export function movedShare(rollout: string, before: Traffic | null, after: Traffic | null): number {
  const old = piecesOf(rollout, before)
  const next = piecesOf(rollout, after)
  const sameSeed = before?.seed === after?.seed
  let kept = 0
  for (const a of old) {
    for (const b of next) {
      if (a.release !== b.release) continue
      kept += sameSeed ? Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start)) : (a.end - a.start) * (b.end - b.start)
    }
  }
  return Math.min(1, Math.max(0, 1 - kept))
}

/** The whole of [0, 1), in pieces: the arms' ranges, and the default arm for what is between them. */
function piecesOf(rollout: string, traffic: Traffic | null): readonly Piece[] {
  const route = traffic === null ? null : buildRoute(rollout, traffic)
  if (route === null) return [{ start: 0, end: 1, release: null }]
  const rest = route.arms.find(({ name }) => name === route.defaultArm)?.release ?? null
  const pieces: Piece[] = []
  let position = 0
  const taken = route.arms.flatMap(({ range, release }) => (range === undefined ? [] : [{ range, release }]))
  for (const { range, release } of [...taken].sort((a, b) => a.range[0] - b.range[0])) {
    if (range[0] > position) pieces.push({ start: position, end: range[0], release: rest })
    pieces.push({ start: range[0], end: range[1], release })
    position = range[1]
  }
  if (position < 1) pieces.push({ start: position, end: 1, release: rest })
  return pieces
}
