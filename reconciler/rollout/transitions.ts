/** The single transitions of a rollout: each takes a state and returns the next one. No decision is made here. */
import { toInstant } from '../core/clock.ts'
import type { Digest } from '../core/digest.ts'
import type {
  DesiredRollout,
  Proven,
  Rejection,
  RolloutEvent,
  RolloutPhase,
  RolloutState,
  Traffic,
} from '../core/rollout-state.ts'
import type { Decision } from './decision.ts'
import { settingsOf } from './settings.ts'
import { buildStableTraffic } from './traffic.ts'

/** Going back to a release that was stable within this time needs no steps, in milliseconds. */
export const rollbackWindowMs = 7 * 24 * 3_600_000

/** True when a release was stable until less than the rollback window ago. */
export function isRecentStable({ formerStables }: RolloutState, release: Digest, wallMs: number): boolean {
  return formerStables.some((former) => former.release === release && wallMs - Date.parse(former.until) < rollbackWindowMs)
}

interface Change {
  readonly event: RolloutEvent
  readonly phase: RolloutPhase
  readonly reason: string
  readonly message: string
  readonly step?: number
  readonly traffic?: Traffic
}

/** The state after a change at `wallMs`: only what the change names is new. */
export function moveTo(state: RolloutState, change: Change, wallMs: number): Decision {
  const { event, phase, reason, message, step = state.step, traffic = state.traffic } = change
  return {
    type: 'transition',
    event,
    state: { ...state, phase, step, traffic, reason, message, stepStartedAt: toInstant(wallMs) },
  }
}

export interface Start {
  readonly desired: DesiredRollout
  readonly previous: RolloutState | null
  readonly traffic: Traffic
  readonly reason: string
  readonly message: string
  readonly event?: RolloutEvent
}

/** A target begins: its releases are to be loaded and proven. */
export function startRollout(
  { desired, previous, traffic, reason, message, event = 'Started' }: Start,
  wallMs: number,
): Decision {
  const at = toInstant(wallMs)
  const settings = settingsOf(desired)
  const state: RolloutState = {
    rollout: desired.rollout,
    target: desired.target,
    phase: 'Initializing',
    step: -1,
    traffic,
    stable: previous?.stable ?? null,
    formerStables: previous?.formerStables ?? [],
    rejections: previous?.rejections ?? [],
    promotions: previous?.promotions ?? 0,
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    startedAt: at,
    stepStartedAt: at,
    reason,
    message,
  }
  return { type: 'transition', event, state }
}

/** The target serves from now on; what was stable is remembered for the way back. */
export function succeed(state: RolloutState, stable: Proven, traffic: Traffic, wallMs: number): Decision {
  const at = toInstant(wallMs)
  const before = state.stable
  const left = before !== null && before.release !== stable.release ? [{ ...before, until: at }] : []
  const formerStables = [...left, ...state.formerStables].filter(
    (former, index, all) =>
      former.release !== stable.release &&
      wallMs - Date.parse(former.until) < rollbackWindowMs &&
      all.findIndex((other) => other.release === former.release) === index,
  )
  const next: RolloutState = { ...state, stable, formerStables, promotions: state.promotions + 1 }
  const message = `version ${stable.version} serves`
  return moveTo(next, { event: 'Succeeded', phase: 'Succeeded', reason: 'Succeeded', message, step: -1, traffic }, wallMs)
}

/** Refuses what was asked for: stable serves at once; with nothing stable the rollout is stalled. */
export function reject(
  state: RolloutState,
  subject: Digest,
  cause: { reason: string; message: string },
  wallMs: number,
): Decision {
  return fallBack(withRejection(state, subject, { at: toInstant(wallMs), ...cause }), cause, wallMs)
}

function withRejection(state: RolloutState, subject: Digest, why: Omit<Rejection, 'subject'>): RolloutState {
  const others = state.rejections.filter((other) => other.subject !== subject)
  return { ...state, rejections: [...others, { subject, ...why }] }
}

/**
 * Refuses the stable release itself: the one that was stable before it serves again. Without one within the rollback window
 * the traffic stays (what still runs goes on, what does not is the fallback's), and a person must act.
 */
export function leaveStable(state: RolloutState, cause: { reason: string; message: string }, wallMs: number): Decision {
  const { stable } = state
  if (stable === null) throw new Error(`rollout ${state.rollout} has no stable release to leave`)
  const refused = withRejection(state, stable.release, { at: toInstant(wallMs), ...cause })
  const former = state.formerStables.find(
    ({ release }) => isRecentStable(state, release, wallMs) && !refused.rejections.some(({ subject }) => subject === release),
  )
  if (former === undefined) return moveTo(refused, { event: 'Stalled', phase: 'Stalled', ...cause, step: -1 }, wallMs)
  const { until: _until, ...before } = former
  const formerStables = state.formerStables.filter((other) => other !== former)
  const traffic = buildStableTraffic(state.rollout, state.traffic.unit, before)
  const message = `version ${stable.version}: ${cause.message}; version ${before.version} serves again`
  const change = { event: 'RolledBack', phase: 'RolledBack', reason: cause.reason, message, step: -1, traffic } as const
  return moveTo({ ...refused, stable: before, formerStables }, change, wallMs)
}

/** Leaves the target without serving it (it was rejected before, or just now). */
export function fallBack(state: RolloutState, cause: { reason: string; message: string }, wallMs: number): Decision {
  if (state.stable === null) {
    const arms = state.traffic.arms.map((arm) => ({ ...arm, weight: 0 }))
    return moveTo(state, { event: 'Stalled', phase: 'Stalled', ...cause, step: -1, traffic: { ...state.traffic, arms } }, wallMs)
  }
  const traffic = buildStableTraffic(state.rollout, state.traffic.unit, state.stable)
  return moveTo(state, { event: 'RolledBack', phase: 'RolledBack', ...cause, step: -1, traffic }, wallMs)
}
