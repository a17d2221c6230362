/** Decides what a rollout does next. Pure: what is asked for, where it is, what was measured, and the time. */
import { assertNever } from '../core/assert-never.ts'
import { type Instant, toInstant } from '../core/clock.ts'
import type { Digest } from '../core/digest.ts'
import type { CanaryStep, DesiredRollout, RolloutState } from '../core/rollout-state.ts'
import type { Decision, Readiness } from './decision.ts'
import { findRefusal } from './find-refusal.ts'
import { retarget } from './retarget.ts'
import { takeOverSettings } from './settings.ts'
import { buildCanaryTraffic, buildSplitTraffic, buildStableTraffic, provenOf, releasesOf } from './traffic.ts'
import { isRecentStable, leaveStable, moveTo, reject, succeed } from './transitions.ts'

/** Loading that takes longer than this pauses the rollout for a person, in milliseconds of the wall clock. */
export const loadDeadlineMs = 600_000

export interface RolloutInput {
  readonly desired: DesiredRollout
  readonly state: RolloutState | null
  readonly readiness: (release: Digest) => Readiness
  /** Since when the traffic that `state` names is published, if every replica has taken it over; else null. */
  readonly servedSince: Instant | null
  readonly wallMs: number
}

/** The next transition of a rollout, or why there is none. */
export function nextStep(input: RolloutInput): Decision {
  const { desired, state } = input
  if (desired.suspend)
    return { type: 'wait', reason: 'Suspended', message: 'suspend: true in the manifest; nothing moves', until: null }
  return takeOverSettings(decide(input), desired, state)
}

function decide(input: RolloutInput): Decision {
  const { desired, state } = input
  if (state === null || state.target !== desired.target) return begin(input)
  switch (state.phase) {
    case 'Initializing':
      return judgeLoading(state, input)
    case 'Progressing':
      return judgeStep(state, input)
    case 'Paused':
      return judgePause(state, input)
    case 'Succeeded':
    case 'RolledBack':
      return judgeServing(state, input) ?? { type: 'settled' }
    case 'Stalled':
      return { type: 'settled' }
    default:
      return assertNever(state.phase)
  }
}

/** What is refused does not begin: what serves goes on, and is still judged. */
function begin(input: RolloutInput): Decision {
  const { desired, state, wallMs } = input
  const refusal = findRefusal(desired, state, wallMs)
  if (refusal === null) return retarget(desired, state, wallMs)
  const { version, reason, message } = refusal
  const serving = state === null ? null : judgeServing(state, input)
  return serving ?? { type: 'refuse', reason, message: `version ${version} is not rolled out: ${message}` }
}

function judgeLoading(state: RolloutState, input: RolloutInput): Decision {
  const failed = judgeFailure(state, input)
  if (failed !== null) return failed
  const waiting = measureAll(input).find((readiness) => readiness.status === 'waiting')
  if (waiting === undefined) return activate(state, input)
  const deadlineMs = Date.parse(state.stepStartedAt) + loadDeadlineMs
  if (input.wallMs >= deadlineMs) {
    const message = `not loaded within ${loadDeadlineMs / 60_000} minutes: ${waiting.message}`
    return moveTo(state, { event: 'Paused', phase: 'Paused', reason: 'LoadTimeout', message }, input.wallMs)
  }
  return { type: 'wait', reason: 'Loading', message: waiting.message, until: toInstant(deadlineMs) }
}

/** Loading that took too long goes on by itself once everything is loaded; any other pause is a person's to end. */
function judgePause(state: RolloutState, input: RolloutInput): Decision {
  const failed = judgeFailure(state, input)
  if (failed !== null) return failed
  if (state.reason === 'LoadTimeout' && measureAll(input).every(({ status }) => status === 'ready')) return activate(state, input)
  return { type: 'wait', reason: state.reason, message: state.message, until: null }
}

/**
 * What serves was proven, so a replica that can not load it is a broken replica. One that ended its process again and again
 * is another matter: its units go back to what was stable before.
 */
function judgeServing(state: RolloutState, { readiness, wallMs }: RolloutInput): Decision | null {
  for (const { release, weight } of state.traffic.arms) {
    const found = weight === 0 ? null : readiness(release)
    if (found?.status !== 'failed' || found.reason !== 'Crashed') continue
    const cause = { reason: found.reason, message: found.message }
    return release === state.stable?.release ? leaveStable(state, cause, wallMs) : reject(state, release, cause, wallMs)
  }
  return null
}

/** A release that a replica proved unusable goes back at once, whatever the phase. */
function judgeFailure(state: RolloutState, input: RolloutInput): Decision | null {
  for (const { digest } of releasesOf(input.desired)) {
    const found = measure(state, input, digest)
    if (found.status === 'failed') return reject(state, digest, { reason: found.reason, message: found.message }, input.wallMs)
  }
  return null
}

function measureAll(input: RolloutInput): readonly Readiness[] {
  return releasesOf(input.desired).map(({ digest }) => measure(input.state, input, digest))
}

/** What is stable was proven and serves: a replica that can not load it is a broken replica, no reason to reject a release. */
function measure(state: RolloutState | null, { readiness }: RolloutInput, release: Digest): Readiness {
  const found = readiness(release)
  return found.status === 'failed' && release === state?.stable?.release ? { status: 'waiting', message: found.message } : found
}

/** Everything is loaded and proven: traffic may move. */
function activate(state: RolloutState, input: RolloutInput): Decision {
  const { desired, wallMs } = input
  if (desired.strategy.type === 'split') return succeedSplit(state, desired, wallMs)
  const { release } = desired.strategy
  const comesBack = isRecentStable(state, release.digest, wallMs)
  return state.stable === null || comesBack ? succeedCanary(state, desired, wallMs) : enterStep(state, input, 0)
}

/** The hold counts from when the weight was published, not from when it was decided: units are to see it that long. */
function judgeStep(state: RolloutState, input: RolloutInput): Decision {
  const failed = judgeFailure(state, input)
  if (failed !== null) return failed
  if (input.servedSince === null) {
    return {
      type: 'wait',
      reason: 'Publishing',
      message: 'waiting until every serving process has taken over the weights',
      until: null,
    }
  }
  const holdMs = stepsOf(input.desired)[state.step]?.holdMs ?? 0
  const untilMs = Math.max(Date.parse(state.stepStartedAt), Date.parse(input.servedSince)) + holdMs
  if (input.wallMs < untilMs) return { type: 'wait', reason: 'Holding', message: state.message, until: toInstant(untilMs) }
  return enterStep(state, input, state.step + 1)
}

/** Takes a step; past the last one, or at a last one without a hold, the rollout has succeeded. */
export function enterStep(
  state: RolloutState,
  { desired, wallMs }: Pick<RolloutInput, 'desired' | 'wallMs'>,
  index: number,
): Decision {
  const steps = stepsOf(desired)
  const step = steps[index]
  const isLast = index === steps.length - 1
  if (desired.strategy.type !== 'canary' || state.stable === null || step === undefined || (isLast && step.holdMs === 0)) {
    return desired.strategy.type === 'canary' ? succeedCanary(state, desired, wallMs) : succeedSplit(state, desired, wallMs)
  }
  const traffic = buildCanaryTraffic(desired, state.stable, provenOf(desired.strategy.release), step.weight)
  const position = `step ${index + 1} of ${steps.length}: ${step.weight} % on version ${desired.strategy.release.version}`
  if (step.holdMs === null) {
    const message = `${position}, until \`mainward resume ${state.rollout}\``
    return moveTo(state, { event: 'Paused', phase: 'Paused', reason: 'AwaitingResume', message, step: index, traffic }, wallMs)
  }
  return moveTo(
    state,
    { event: 'StepReached', phase: 'Progressing', reason: 'Holding', message: position, step: index, traffic },
    wallMs,
  )
}

/** A canary's release becomes stable. */
export function succeedCanary(state: RolloutState, desired: DesiredRollout, wallMs: number): Decision {
  if (desired.strategy.type !== 'canary') throw new Error(`rollout ${desired.rollout} is not a canary`)
  const stable = provenOf(desired.strategy.release)
  return succeed(state, stable, buildStableTraffic(desired.rollout, desired.unit, stable), wallMs)
}

/** A split serves its fixed shares; its control is what stable means. */
function succeedSplit(state: RolloutState, desired: DesiredRollout, wallMs: number): Decision {
  const control = desired.strategy.type === 'split' ? desired.strategy.variants.find(({ name }) => name === 'control') : undefined
  if (control === undefined) throw new Error(`rollout ${desired.rollout} has no variant named control`)
  return succeed(state, provenOf(control.release), buildSplitTraffic(desired), wallMs)
}

function stepsOf(desired: DesiredRollout): readonly CanaryStep[] {
  return desired.strategy.type === 'canary' ? desired.strategy.steps : []
}
