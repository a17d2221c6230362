/** Whether what a commit asks for is refused by its gates or its evidence. Pure. */
import type { DesiredRollout, Refusal, RolloutState } from '../core/rollout-state.ts'

/**
 * The refusal that holds at a time, in milliseconds since the epoch; null: none. What serves, or was stable before, is never refused:
 * a rule that became stricter takes nothing away, and the way back stays open.
 */
export function findRefusal({ refusals = [] }: DesiredRollout, state: RolloutState | null, wallMs: number): Refusal | null {
  if (refusals.length === 0) return null
  const proven = state === null ? [] : [state.stable, ...state.formerStables, ...state.traffic.arms]
  const known = new Set(proven.map((each) => each?.release))
  return refusals.find(({ release, from }) => !known.has(release) && (from === null || Date.parse(from) <= wallMs)) ?? null
}
