/** One pass of the control loop: it only names the stages. Level-triggered: every pass starts from the state of the world. */
import { changesSomething } from '../core/plan.ts'
import { adoptHistory, pushHistory } from './adopt-history.ts'
import { applyPlan, obeyCommands } from './apply-plan.ts'
import { writeConditions } from './write-conditions.ts'
import { orderFeatures } from './order-features.ts'
import { forgetReplicas, publishServingState, writeTags } from './publish.ts'
import { readSource } from './read-source.ts'
import { type Pass, runStage } from './stages.ts'

/** Throws when leadership is lost or the database is away; every other failure is kept in the conditions. */
export async function runPass(pass: Pass): Promise<void> {
  await runStage('source', readSource, pass)
  await runStage('recovery', adoptHistory, pass)
  await runStage('commands', obeyCommands, pass)
  await runStage('plan', applyPlan, pass)
  await runStage('history', pushHistory, pass)
  await runStage('serving', publishServingState, pass)
  await runStage('features', orderFeatures, pass)
  await runStage('tags', writeTags, pass)
  await runStage('replicas', forgetReplicas, pass)
  await writeConditions(pass)
}

/** Milliseconds between two passes while something moves, and at least. */
const movingMs = 1_000
const leastMs = 20

/** When the next pass is due at the latest, in milliseconds from now: something has to be waited for, or the branch looked at. */
export function nextPassIn({ memory, settings }: Pick<Pass, 'memory' | 'settings'>, nowMs: number): number {
  const actions = memory.lastPlan?.actions ?? []
  const troubled = memory.failures.size > 0 || memory.rolloutFailures.size > 0
  if (!troubled && (memory.hasNewViews || actions.some(changesSomething))) return leastMs
  const waits = actions.flatMap((action) =>
    action.type === 'wait' && action.until !== null ? [Date.parse(action.until) - nowMs] : [],
  )
  // What failed beside the loop is tried again with an order, and there is one with every pass.
  const hasFailed = [...memory.views, ...memory.pushLogs].some(({ failure }) => failure !== null)
  const moving = troubled || hasFailed || actions.some(({ type }) => type === 'wait')
  const idleMs = Math.min(memory.nextFetchMs - nowMs, settings.pollMs * 1.2)
  return Math.max(leastMs, Math.min(idleMs, ...waits, ...(moving ? [movingMs] : [])))
}
