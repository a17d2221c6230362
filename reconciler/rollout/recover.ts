/** What becomes of a rollout that is rebuilt from the history, or comes back after it was removed. Pure. */
import { toInstant } from '../core/clock.ts'
import { digestValue } from '../core/digest.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import { buildStableTraffic } from './traffic.ts'

/**
 * Only what succeeded, or was refused, is trusted. Anything under way goes back to stable and begins again by the next
 * plan (its target is forgotten); without a stable release it is as if it had never begun: null.
 */
export function recoverState(state: RolloutState, wallMs: number): RolloutState | 'unchanged' | null {
  if (state.phase === 'Succeeded' || state.phase === 'RolledBack' || state.phase === 'Stalled') return 'unchanged'
  if (state.stable === null && state.rejections.length === 0) return null
  const begun: RolloutState = {
    ...state,
    target: digestValue({ recovered: state.rollout }),
    step: -1,
    stepStartedAt: toInstant(wallMs),
    reason: 'Recovered',
  }
  const { stable } = state
  if (stable === null) return { ...begun, phase: 'Stalled', message: 'nothing had succeeded; what was under way begins again' }
  const traffic = buildStableTraffic(state.rollout, state.traffic.unit, stable)
  return { ...begun, phase: 'Succeeded', traffic, message: `version ${stable.version} serves` }
}

/**
 * A rollout that comes back after it was removed: nothing of it serves, so nothing is stable; what was rejected stays
 * rejected, and promotions are counted on.
 */
export function reviveState(removed: RolloutState): RolloutState {
  return {
    ...removed,
    target: digestValue({ removed: removed.rollout }),
    phase: 'Stalled',
    step: -1,
    traffic: { ...removed.traffic, arms: removed.traffic.arms.map((arm) => ({ ...arm, weight: 0 })) },
    stable: null,
    formerStables: [],
    reason: 'Removed',
    message: 'its Rollout was removed before',
  }
}
