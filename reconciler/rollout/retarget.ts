/** Decides how a rollout takes up another target than the one that it has. Pure. */
import type { DesiredRollout, Proven, RolloutState, Traffic } from '../core/rollout-state.ts'
import type { Decision } from './decision.ts'
import {
  buildFirstTraffic,
  buildSplitTraffic,
  buildStableTraffic,
  provenOf,
  releasesOf,
  subjectsOf,
  withPending,
} from './traffic.ts'
import { fallBack, moveTo, startRollout } from './transitions.ts'

/** The first transition towards a new target; a rollout without a state starts. */
export function retarget(desired: DesiredRollout, state: RolloutState | null, wallMs: number): Decision {
  if (state === null) return startFirst(desired, null, wallMs)
  const kept = { ...state, target: desired.target, traffic: { ...state.traffic, unit: desired.unit } }
  const subjects = subjectsOf(desired)
  const rejection = state.rejections.find(({ subject }) => subjects.includes(subject))
  if (rejection !== undefined) {
    const message = `rejected at ${rejection.at}: ${rejection.message}; \`mainward retry ${state.rollout}\` lifts it`
    return fallBack(kept, { reason: rejection.reason, message }, wallMs)
  }
  if (state.stable === null) return startFirst(desired, state, wallMs)
  if (desired.strategy.type === 'canary') return retargetCanary(desired, kept, state.stable, wallMs)
  return retargetSplit(desired, kept, state.stable, wallMs)
}

/** What serves until the new target is loaded: a split that runs goes on, a canary's step is taken back. */
function standingTraffic(desired: DesiredRollout, { traffic }: RolloutState, stable: Proven): Traffic {
  return isRunningSplit(traffic) ? traffic : buildStableTraffic(desired.rollout, desired.unit, stable)
}

/** A state only has a split's traffic once the split serves, also while something else is loaded beside it. */
function isRunningSplit({ strategy, arms }: Traffic): boolean {
  return strategy === 'split' && arms.some(({ weight }) => weight > 0)
}

function retargetCanary(desired: DesiredRollout, state: RolloutState, stable: Proven, wallMs: number): Decision {
  const [release] = releasesOf(desired)
  if (release === undefined) throw new Error(`rollout ${desired.rollout} names no release`)
  if (release.digest === stable.release) return backToStable(desired, state, { ...stable, version: release.version }, wallMs)
  const canary = { name: 'canary', release: provenOf(release) }
  const base = standingTraffic(desired, state, stable)
  const { reason, message } = describeStart(state, release.version)
  return startRollout({ desired, previous: state, traffic: withPending(base, [canary]), reason, message }, wallMs)
}

/** The target is what serves already: no release moves. Anything that was on its way is dropped at once. */
function backToStable(desired: DesiredRollout, state: RolloutState, stable: Proven, wallMs: number): Decision {
  const traffic = buildStableTraffic(desired.rollout, desired.unit, stable)
  const unmoved = state.phase === 'Succeeded' && state.traffic.strategy === 'canary'
  const message = `version ${stable.version} serves`
  return moveTo(
    { ...state, stable },
    { event: unmoved ? 'Respecified' : 'Reverted', phase: 'Succeeded', reason: 'Succeeded', message, step: -1, traffic },
    wallMs,
  )
}

function retargetSplit(desired: DesiredRollout, state: RolloutState, stable: Proven, wallMs: number): Decision {
  const wanted = buildSplitTraffic(desired)
  if (isRunningSplit(state.traffic) && state.traffic.seed === wanted.seed && sharesOf(state.traffic) !== sharesOf(wanted)) {
    const message = `weights changed from ${sharesOf(state.traffic)} to ${sharesOf(wanted)} under the same seed ${wanted.seed}: choose a new seed, so that no unit is moved without notice`
    return { type: 'refuse', reason: 'SeedReused', message }
  }
  const base = standingTraffic(desired, state, stable)
  const pending = wanted.arms.map(({ name, release, version }) => ({ name, release: { release, version } }))
  return startRollout(
    {
      desired,
      previous: state,
      traffic: withPending(base, pending),
      reason: 'Loading',
      message: `a split of ${sharesOf(wanted)} is loading`,
    },
    wallMs,
  )
}

function startFirst(desired: DesiredRollout, previous: RolloutState | null, wallMs: number): Decision {
  const [first, ...others] = releasesOf(desired)
  if (first === undefined) throw new Error(`rollout ${desired.rollout} names no release`)
  const frame = buildFirstTraffic(desired.rollout, desired.unit, provenOf(first))
  const traffic = withPending(
    frame,
    [first, ...others].map((release) => ({ name: 'stable', release: provenOf(release) })),
  )
  return startRollout(
    { desired, previous, traffic, reason: 'Loading', message: `version ${first.version} is the first: no steps` },
    wallMs,
  )
}

function describeStart(state: RolloutState, version: number): { reason: string; message: string } {
  const superseded = state.phase === 'Initializing' || state.phase === 'Progressing' || state.phase === 'Paused'
  const older = state.traffic.arms.find(({ name }) => name === 'canary')
  const before = superseded && older !== undefined ? `, in place of version ${older.version} which was still rolling` : ''
  return { reason: 'Loading', message: `version ${version} is loading${before}` }
}

function sharesOf(traffic: Traffic): string {
  const taking = traffic.arms.filter(({ weight }) => weight > 0)
  return taking.map(({ name, weight }) => `${name} ${weight}`).join(', ')
}
