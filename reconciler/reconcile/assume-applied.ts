/** The observed state as it would be if every rollout of a commit had succeeded: what a plan between two commits starts from. Pure. */
import { toInstant } from '../core/clock.ts'
import type { Desired, Observed } from '../core/plan.ts'
import type { DesiredRollout, RolloutState } from '../core/rollout-state.ts'
import { nextStep } from '../rollout/next-step.ts'
import { heldReleasesOf } from '../rollout/traffic.ts'

/** Nothing serves, nothing is stored, nobody has reported. */
export const nothingObserved: Observed = {
  states: [],
  replicas: [],
  published: [],
  storedArtifacts: [],
  filledViews: [],
  removed: [],
}

/**
 * `wallMs` is when they are taken to have succeeded; planning the same commit against the result changes nothing. Of a rollout that is refused
 * nothing serves: what served before it the commit alone does not say.
 */
export function assumeApplied(desired: Desired, wallMs: number): Observed {
  const finished = desired.rollouts.map((rollout) => ({ rollout, state: finish(rollout, wallMs) }))
  const rollouts = finished.filter(({ state }) => state !== null).map(({ rollout }) => rollout)
  return {
    states: finished.flatMap(({ state }) => (state === null ? [] : [state])),
    replicas: [],
    published: rollouts.map(({ rollout }) => ({ rollout, since: toInstant(wallMs) })),
    removed: [],
    filledViews: [...new Set(rollouts.flatMap(heldReleasesOf).flatMap(({ views = [] }) => views.map(({ view }) => view.digest)))],
    storedArtifacts: [...new Set(rollouts.flatMap((rollout) => heldReleasesOf(rollout).map(({ artifact }) => artifact.sha256)))],
  }
}

/** Decides as the reconciler does, with everything loaded and proven at once. A suspended rollout counts as what it asks for. Null: refused. */
function finish(rollout: DesiredRollout, wallMs: number): RolloutState | null {
  const desired = { ...rollout, suspend: false }
  let state: RolloutState | null = null
  for (;;) {
    const decision = nextStep({ desired, state, readiness: () => ({ status: 'ready' }), servedSince: toInstant(wallMs), wallMs })
    if (decision.type === 'transition') state = decision.state
    else if (state?.phase === 'Succeeded') return state
    else if (decision.type === 'refuse') return null
    else throw new Error(`the first release of ${desired.rollout} takes no steps, found ${decision.type}`)
  }
}
