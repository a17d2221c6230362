/** The planner for an event loop that must not be held: it decides what `buildPlan` decides, with turns in between. */
import { setImmediate as yieldToLoop } from 'node:timers/promises'
import type { Action, Desired, Observed, Plan } from '../core/plan.ts'
import { finishPlan, planActions } from './build-plan.ts'

/** Deciding about one takes about 0.02 ms. */
const rolloutsPerTurn = 200

export async function planInTurns(desired: Desired, observed: Observed, wallMs: number): Promise<Plan> {
  const actions: Action[] = []
  let parts = 0
  for (const part of planActions(desired, observed, wallMs)) {
    actions.push(...part)
    parts += 1
    if (parts % rolloutsPerTurn === 0) await yieldToLoop()
  }
  return finishPlan(desired, actions)
}
