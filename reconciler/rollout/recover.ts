/** What becomes of a rollout that is rebuilt from the history. Pure. */
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
  if (state.stable === null) return state.rejections.length === 0 ? null : { ...state, phase: 'Stalled', step: -1 }
  return {
    ...state,
    target: digestValue({ recovered: state.rollout }),
    phase: 'Succeeded',
    step: -1,
    traffic: buildStableTraffic(state.rollout, state.traffic.unit, state.stable),
    stepStartedAt: toInstant(wallMs),
    reason: 'Recovered',
    message: `version ${state.stable.version} serves`,
  }
}
