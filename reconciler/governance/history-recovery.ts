/** Rebuilds the state of all rollouts from the history alone: what a clone can bring back. Pure. */
import type { Digest } from '../core/digest.ts'
import type { HistoryLine } from '../core/history-line.ts'
import type { Release } from '../core/release.ts'
import type { RolloutState } from '../core/rollout-state.ts'

export interface Recovered {
  readonly states: readonly RolloutState[]
  /** The last states of rollouts that were removed and have not come back. */
  readonly removed: readonly RolloutState[]
  /** Every release that the history describes, with the commit that brought it. */
  readonly releases: readonly { readonly release: Release; readonly commit: string }[]
}

/** The newest state of every rollout that was not removed, and every release ever described. */
export function recoverFromHistory(lines: readonly HistoryLine[]): Recovered {
  const states = new Map<string, RolloutState>()
  const removed = new Map<string, RolloutState>()
  const releases = new Map<Digest, { release: Release; commit: string }>()
  for (const line of lines) {
    const last = states.get(line.rollout)
    removed.delete(line.rollout)
    if (line.state !== null) states.set(line.rollout, line.state)
    else if (states.delete(line.rollout) && last !== undefined) removed.set(line.rollout, last)
    for (const release of Object.values(line.releases)) releases.set(release.digest, { release, commit: line.commit })
  }
  return { states: [...states.values()], removed: [...removed.values()], releases: [...releases.values()] }
}
