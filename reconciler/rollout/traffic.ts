/** Builds the traffic of a rollout: which arm gets which share. Weights are never rescaled. */
import type { Digest } from '../core/digest.ts'
import type { Release } from '../core/release.ts'
import type { Arm, DesiredRollout, Proven, Traffic } from '../core/rollout-state.ts'

/** Everything to the stable release. */
export function buildStableTraffic(rollout: string, unit: string | null, stable: Proven): Traffic {
  return { ...canaryFrame(rollout, unit, stable), arms: [arm('stable', stable, 100)] }
}

/** The first release of a model while it is loaded: it gets nothing yet. */
export function buildFirstTraffic(rollout: string, unit: string | null, release: Proven): Traffic {
  return { ...canaryFrame(rollout, unit, release), arms: [arm('stable', release, 0)] }
}

/**
 * `weight` percent of the units to the canary, the rest to stable. The seed names the canary's release, so that
 * the same people are not always first.
 */
export function buildCanaryTraffic(desired: DesiredRollout, stable: Proven, canary: Proven, weight: number): Traffic {
  return {
    ...canaryFrame(desired.rollout, desired.unit, canary),
    arms: [arm('canary', canary, weight), arm('stable', stable, 100 - weight)],
  }
}

/** The fixed shares of a split. */
export function buildSplitTraffic(desired: DesiredRollout): Traffic {
  const { strategy } = desired
  if (strategy.type !== 'split') throw new Error(`rollout ${desired.rollout} is not a split`)
  return {
    strategy: 'split',
    seed: strategy.seed,
    coverage: strategy.coverage,
    unit: desired.unit,
    arms: strategy.variants.map(({ name, weight, release }) => arm(name, provenOf(release), weight)),
    defaultArm: 'control',
  }
}

/**
 * The traffic as it is, with further releases to be loaded that get nothing. The default arm stays, also when no unit
 * falls to it; a name that an arm has already is told apart, since requests find their arm by its name.
 */
export function withPending(traffic: Traffic, pending: readonly { readonly name: string; readonly release: Proven }[]): Traffic {
  const arms = traffic.arms.filter(({ name, weight }) => weight > 0 || name === traffic.defaultArm)
  for (const { name, release } of pending) {
    if (arms.some((held) => held.release === release.release)) continue
    arms.push(arm(freeName(name, arms), release, 0))
  }
  return { ...traffic, arms }
}

function freeName(name: string, arms: readonly Arm[]): string {
  return arms.some((taken) => taken.name === name) ? freeName(`${name}-next`, arms) : name
}

export function provenOf(release: Release): Proven {
  return { release: release.digest, version: release.version }
}

/** The releases that a rollout asks for. */
export function releasesOf(desired: DesiredRollout): readonly Release[] {
  const { strategy } = desired
  return strategy.type === 'canary' ? [strategy.release] : strategy.variants.map(({ release }) => release)
}

/** Those, and the release of its fallback: everything that replicas are to hold. */
export function heldReleasesOf(desired: DesiredRollout): readonly Release[] {
  const { fallback } = desired
  return fallback?.type === 'release' ? [...releasesOf(desired), fallback.release] : releasesOf(desired)
}

/** What a person's abort rejects: a canary's release (whatever the spec around it), or a split's whole target. */
export function subjectOf(desired: DesiredRollout): Digest {
  return desired.strategy.type === 'canary' ? desired.strategy.release.digest : desired.target
}

/** Every subject whose rejection stands in the way of a rollout: its target and each of its releases. */
export function subjectsOf(desired: DesiredRollout): readonly Digest[] {
  return [desired.target, ...releasesOf(desired).map(({ digest }) => digest)]
}

function canaryFrame(rollout: string, unit: string | null, seeded: Proven): Omit<Traffic, 'arms'> {
  return { strategy: 'canary', seed: `${rollout}@${seeded.release}`, coverage: 100, unit, defaultArm: 'stable' }
}

function arm(name: string, { release, version }: Proven, weight: number): Arm {
  return { name, release, version, weight }
}
