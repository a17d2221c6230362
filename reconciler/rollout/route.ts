/** Turns a rollout's traffic into the route that the data plane evaluates. Pure. */
import type { RolloutFallback, Traffic } from '../core/rollout-state.ts'
import type { RouteArm, RouteFallback, RouteShape } from '../core/serving-state.ts'

/**
 * Ranges of the unit's hash in [0, 1). A canary takes [0, weight); stable takes the rest. A split's variants lie side
 * by side by their whole weights, each cut to the coverage from its start: ramping coverage reshuffles nobody.
 * Null when no arm has any weight: the model is not served yet.
 */
export function buildRoute(model: string, traffic: Traffic, fallback?: RolloutFallback): RouteShape | null {
  if (traffic.arms.every(({ weight }) => weight === 0)) return null
  const { strategy, unit, seed, defaultArm } = traffic
  const arms = strategy === 'canary' ? canaryArms(traffic) : splitArms(traffic)
  const route = { model, strategy, unit, seed, defaultArm, arms }
  return fallback === undefined ? route : { ...route, fallback: routeFallback(fallback) }
}

function routeFallback(fallback: RolloutFallback): RouteFallback {
  return fallback.type === 'release' ? { type: 'release', release: fallback.release } : fallback
}

function canaryArms({ arms, defaultArm }: Traffic): readonly RouteArm[] {
  return arms.map(({ name, release, weight }) => {
    const takesRest = name === defaultArm || weight === 0
    return takesRest ? { name, release, weight } : { name, release, weight, range: [0, weight / 100] as const }
  })
}

function splitArms({ arms, coverage }: Traffic): readonly RouteArm[] {
  let start = 0
  return arms.map(({ name, release, weight }) => {
    const range = [start / 100, (start + (weight * coverage) / 100) / 100] as const
    start += weight
    return weight === 0 ? { name, release, weight } : { name, release, weight, range }
  })
}
