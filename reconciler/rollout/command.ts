/** What a person may tell a rollout: abort, resume, promote, retry. Pure. */
import { assertNever } from '../core/assert-never.ts'
import { toInstant } from '../core/clock.ts'
import type { DesiredRollout, RolloutState } from '../core/rollout-state.ts'
import type { Decision } from './decision.ts'
import { enterStep, type RolloutInput, succeedCanary } from './next-step.ts'
import { findRefusal } from './find-refusal.ts'
import { retarget } from './retarget.ts'
import { releasesOf, subjectOf, subjectsOf } from './traffic.ts'
import { moveTo, reject } from './transitions.ts'

export const commandVerbs = ['abort', 'resume', 'promote', 'retry'] as const
export type CommandVerb = (typeof commandVerbs)[number]

export interface RolloutCommand {
  readonly verb: CommandVerb
  readonly rollout: string
  readonly reason: string
}

/** The transition that a command causes; `refuse` says why it can not be done now. */
export function obeyCommand(command: RolloutCommand, input: RolloutInput): Decision {
  const { desired, state, wallMs } = input
  if (state === null || state.target !== desired.target) {
    return refuse('NotStarted', `rollout ${desired.rollout} has not taken up the newest commit yet; try again in a moment`)
  }
  if (desired.suspend)
    return refuse('Suspended', `rollout ${desired.rollout} is suspended in its manifest; remove suspend: true first`)
  switch (command.verb) {
    case 'abort':
      return abort(state, desired, command.reason, wallMs)
    case 'resume':
      return resume(state, input)
    case 'promote':
      return promote(state, input)
    case 'retry':
      return retry(state, desired, wallMs)
    default:
      return assertNever(command.verb)
  }
}

function abort(state: RolloutState, desired: DesiredRollout, why: string, wallMs: number): Decision {
  const runningSplit = state.phase === 'Succeeded' && state.traffic.strategy === 'split'
  if (!isMoving(state) && !runningSplit)
    return refuse('NothingToAbort', `rollout ${state.rollout} is ${state.phase}: nothing is on its way`)
  return reject(state, subjectOf(desired), { reason: 'Aborted', message: `aborted: ${why}` }, wallMs)
}

function resume(state: RolloutState, input: RolloutInput): Decision {
  if (state.phase !== 'Paused') return refuse('NotPaused', `rollout ${state.rollout} is ${state.phase}, not Paused`)
  if (state.reason === 'AwaitingResume') return refuseUnready(input) ?? enterStep(state, input, state.step + 1)
  const message = 'loading goes on after a pause'
  return moveTo(state, { event: 'Resumed', phase: 'Initializing', reason: 'Loading', message }, input.wallMs)
}

function promote(state: RolloutState, input: RolloutInput): Decision {
  const { desired, wallMs } = input
  if (!isMoving(state) || desired.strategy.type !== 'canary') {
    return refuse('NothingToPromote', `rollout ${state.rollout} is ${state.phase}: no canary is on its way`)
  }
  return refuseUnready(input) ?? succeedCanary(state, desired, wallMs)
}

/** Nobody may give more units to a release that is not proven everywhere. */
function refuseUnready({ desired, readiness }: RolloutInput): Decision | null {
  const unready = releasesOf(desired)
    .map(({ digest }) => readiness(digest))
    .find((found) => found.status !== 'ready')
  return unready === undefined
    ? null
    : refuse('NotLoaded', `the canary is not proven on every serving process: ${unready.message}`)
}

/** Lifts the rejection; the rollout begins again from its first step. */
function retry(state: RolloutState, desired: DesiredRollout, wallMs: number): Decision {
  const subjects = subjectsOf(desired)
  const rejections = state.rejections.filter(({ subject }) => !subjects.includes(subject))
  if (rejections.length === state.rejections.length) {
    return refuse('NotRejected', `rollout ${state.rollout} is ${state.phase}: its target was not rejected`)
  }
  const refusal = findRefusal(desired, state, wallMs)
  if (refusal !== null) return refuse(refusal.reason, `version ${refusal.version} is not rolled out: ${refusal.message}`)
  const decision = retarget(desired, { ...state, rejections, phase: 'RolledBack' }, wallMs)
  return decision.type === 'transition'
    ? { ...decision, event: 'Retried', state: { ...decision.state, startedAt: toInstant(wallMs) } }
    : decision
}

function isMoving({ phase }: RolloutState): boolean {
  return phase === 'Initializing' || phase === 'Progressing' || phase === 'Paused'
}

function refuse(reason: string, message: string): Decision {
  return { type: 'refuse', reason, message }
}
