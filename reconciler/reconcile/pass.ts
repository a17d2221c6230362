/** One pass of the control loop: it only names the stages. Level-triggered: every pass starts from the state of the world. */
import { adoptHistory, pushHistory } from './adopt-history.ts'
import { applyPlan, obeyCommands } from './apply-plan.ts'
import { writeConditions } from './write-conditions.ts'
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
  await runStage('tags', writeTags, pass)
  await runStage('replicas', forgetReplicas, pass)
  await writeConditions(pass)
}

/** When the next pass is due at the latest, in milliseconds from now: something has to be waited for, or the branch looked at. */
export function nextPassIn({ memory, wallMs, settings }: Pass, nowMs: number): number {
  const waits = (memory.lastPlan?.actions ?? []).flatMap((action) =>
    action.type === 'wait' && action.until !== null ? [Date.parse(action.until) - nowMs] : [],
  )
  const moving = memory.lastPlan?.actions.some(({ type }) => type !== 'refuse') === true || memory.failures.size > 0
  const idle = Math.min(memory.nextFetchMs - wallMs, settings.pollMs * 1.2)
  return Math.max(50, Math.min(...waits.filter((ms) => ms > 0), moving ? Math.min(1_000, idle) : idle))
}
