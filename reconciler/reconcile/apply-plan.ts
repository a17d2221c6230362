/** The stages that change rollouts: commands of people, then the plan. */
import { assertNever } from '../core/assert-never.ts'
import { toInstant } from '../core/clock.ts'
import type { Actor } from '../core/history-line.ts'
import { type Action, changesSomething, type Desired, type Observed, type Plan } from '../core/plan.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import type { CommandRow } from '../database/command-queries.ts'
import { canonicalJson } from '../core/digest.ts'
import { commandVerbs, obeyCommand, type RolloutCommand } from '../rollout/command.ts'
import { assessReadiness } from '../rollout/readiness.ts'
import { heldReleasesOf } from '../rollout/traffic.ts'
import { ensureArtifact, resolveArtifactStore } from './artifact-store.ts'
import { toActions } from './build-plan.ts'
import { observe } from './observe.ts'
import { planInTurns } from './plan-in-turns.ts'
import { writeTransition } from './rollout-cache.ts'
import type { StageFailure } from './memory.ts'
import { describeFailure, endsThePass, logFailure, type Pass } from './stages.ts'

const reconciler: Actor = { kind: 'reconciler', name: 'reconciler' }

/** Carries out open commands, oldest first. Each is closed in the transaction of the transition that it causes. */
export async function obeyCommands(pass: Pass): Promise<void> {
  const { ports, memory, wallMs } = pass
  if (memory.desired === null) return
  for (const row of await ports.rollouts.readOpenCommands()) {
    const action = decideCommand(row, memory.desired, await observe(pass), wallMs)
    if (action.type === 'transition') await applyTransition(pass, action, { kind: 'admin-token', name: row.requestedBy }, row)
    else
      await ports.rollouts.refuseCommand(
        memory.epoch,
        row.id,
        toInstant(wallMs),
        action.type === 'refuse' ? action.message : 'nothing to do',
      )
  }
}

function decideCommand(row: CommandRow, desired: Desired, observed: Observed, wallMs: number): Action {
  const rollout = desired.rollouts.find((candidate) => candidate.rollout === row.rollout)
  const verb = commandVerbs.find((candidate) => candidate === row.verb)
  if (rollout === undefined || verb === undefined) {
    const names = desired.rollouts.map((candidate) => candidate.rollout).join(', ')
    return {
      type: 'refuse',
      rollout: row.rollout,
      reason: 'Unknown',
      message: `no rollout ${row.rollout} in ${desired.environment}; there are: ${names || 'none'}`,
    }
  }
  const state = observed.states.find((candidate) => candidate.rollout === row.rollout) ?? null
  const command: RolloutCommand = { verb, rollout: row.rollout, reason: row.reason }
  const readiness = (release: `sha256:${string}`) => assessReadiness(release, observed.replicas)
  const decision = obeyCommand(command, {
    desired: rollout,
    state,
    readiness,
    servedSince: observed.published.find(({ rollout: served }) => served === row.rollout)?.since ?? null,
    wallMs,
  })
  const [action] = toActions(decision, rollout, state)
  return action ?? { type: 'refuse', rollout: row.rollout, reason: 'Settled', message: 'nothing to do' }
}

/** Plans, keeps the plan, and carries it out. One action that fails does not stop the others. */
export async function applyPlan(pass: Pass): Promise<void> {
  const { memory, ports, wallMs } = pass
  if (memory.desired === null || !memory.historyAdopted) return
  const plan = await planInTurns(memory.desired, await observe(pass), wallMs)
  if (plan.actions.some(changesSomething) || canonicalJson(plan) !== canonicalJson(memory.lastPlan)) {
    if (plan.actions.length > 0) await ports.journal.keepPlan(memory.epoch, plan, toInstant(wallMs))
  }
  memory.lastPlan = plan
  await applyActions(pass, memory.desired, plan)
}

/** After a failure the rollout's other actions wait for the next pass: nothing names bytes that are not stored. */
async function applyActions(pass: Pass, desired: Desired, plan: Plan): Promise<void> {
  const failures = new Map<string, StageFailure>()
  for (const action of plan.actions) {
    if (action.rollout === null || failures.has(action.rollout)) continue
    try {
      await applyAction(pass, desired, action)
    } catch (thrown) {
      if (endsThePass(thrown)) throw thrown
      const failure = describeFailure('plan', thrown)
      if (pass.memory.rolloutFailures.get(action.rollout)?.message !== failure.message) logFailure(pass.log, failure, thrown)
      failures.set(action.rollout, failure)
    }
  }
  pass.memory.rolloutFailures = failures
}

async function applyAction(pass: Pass, desired: Desired, action: Action): Promise<void> {
  switch (action.type) {
    case 'store-artifact': {
      const store = resolveArtifactStore(desired.artifactStore, pass.settings)
      const rollout = desired.rollouts.find((candidate) => candidate.rollout === action.rollout)
      const release = rollout && heldReleasesOf(rollout).find(({ artifact }) => artifact.sha256 === action.artifact.sha256)
      if (release !== undefined) await ensureArtifact(pass, store, { release, commit: desired.commit })
      return
    }
    case 'transition':
      return applyTransition(pass, action, reconciler, null)
    case 'remove':
      return applyRemoval(pass, action, desired.commit)
    case 'refuse':
    case 'wait':
      return
    default:
      return assertNever(action)
  }
}

async function applyTransition(
  pass: Pass,
  action: Action & { type: 'transition' },
  by: Actor,
  command: CommandRow | null,
): Promise<void> {
  const { memory, settings, log, wallMs } = pass
  const { rollout, event, state, reason, message } = action
  const commit = memory.desired?.commit ?? ''
  const why = command === null ? message : `${command.verb}: ${command.reason}`
  await writeTransition(pass, {
    rollout,
    event,
    state,
    releases: action.releases.map((release) => ({ release, commit })),
    commit,
    at: toInstant(wallMs),
    by,
    reason: command === null ? reason : `Command${command.verb[0]?.toUpperCase()}${command.verb.slice(1)}`,
    message: why,
    tag: event === 'Succeeded' ? promotionTag(state, settings.environment, commit) : null,
    command: command?.id ?? null,
  })
  log.info({ rollout, event, phase: state.phase, commit }, why)
}

async function applyRemoval(pass: Pass, action: Action & { type: 'remove' }, commit: string): Promise<void> {
  await writeTransition(pass, {
    rollout: action.rollout,
    event: 'Removed',
    state: null,
    releases: [],
    commit,
    at: toInstant(pass.wallMs),
    by: reconciler,
    reason: 'Removed',
    message: action.reason,
    tag: null,
    command: null,
  })
}

/** GTO's grammar: `MODEL#STAGE#COUNTER`. */
function promotionTag(
  state: RolloutState,
  environment: string,
  commit: string,
): { name: string; commit: string; message: string } {
  const version = state.stable?.version ?? 0
  return {
    name: `${state.rollout}#${environment}#${state.promotions}`,
    commit,
    message: `Version ${version} of ${state.rollout} serves in ${environment}`,
  }
}
