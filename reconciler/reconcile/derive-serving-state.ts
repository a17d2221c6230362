/** Derives what the data plane should do from where the rollouts are. Pure. */
import type { Digest } from '../core/digest.ts'
import { compareText } from '../core/finding.ts'
import type { Release } from '../core/release.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import type { ModelRoute, ServingState } from '../core/serving-state.ts'
import { buildRoute } from '../rollout/route.ts'

export interface RoutesInput {
  readonly states: readonly RolloutState[]
  /** The routes that serve now. */
  readonly serving: readonly ModelRoute[]
  /** False while the history line of the rollout's last transition is not on the history branch yet. */
  readonly isDurable: (rollout: string) => boolean
}

/**
 * The routes to serve. A weight grows only after the line that says so was pushed: until then the old route stays.
 * A weight that shrinks, and the way back to the arm that is served by default now, wait for nothing.
 */
export function deriveRoutes({ states, serving, isDurable }: RoutesInput): readonly ModelRoute[] {
  const current = new Map(serving.map((route) => [route.model, route]))
  return [...states]
    .sort((a, b) => compareText(a.rollout, b.rollout))
    .flatMap((state) => {
      const route = buildRoute(state.rollout, state.traffic)
      const before = current.get(state.rollout)
      const mayServe = route === null || isDurable(state.rollout) || !growsUnproven(before, route)
      return (mayServe ? route : before) ?? []
    })
}

function growsUnproven(before: ModelRoute | undefined, after: ModelRoute): boolean {
  const proven = before?.arms.find(({ name }) => name === before.defaultArm)?.release
  const shares = shareByRelease(before)
  return [...shareByRelease(after)].some(([release, share]) => release !== proven && share > (shares.get(release) ?? 0))
}

function shareByRelease(route: ModelRoute | undefined): ReadonlyMap<Digest, number> {
  const shares = new Map<Digest, number>()
  for (const { release, weight } of route?.arms ?? []) shares.set(release, (shares.get(release) ?? 0) + weight)
  return shares
}

/** Every release that a replica must hold: those of the routes, and those that the rollouts are loading. */
export function namedReleases(states: readonly RolloutState[], routes: readonly ModelRoute[]): readonly Digest[] {
  const loading = states.flatMap(({ traffic }) => traffic.arms.map(({ release }) => release))
  const routed = routes.flatMap(({ arms }) => arms.map(({ release }) => release))
  return [...new Set([...loading, ...routed])].sort(compareText)
}

/** The parts of a serving state that mean something: two states with equal content need no new version. */
export interface ServingContent {
  readonly routes: readonly ModelRoute[]
  readonly releases: Readonly<Record<Digest, Release>>
  readonly artifactStore: string
  readonly dataTime: string | null
}

export function contentOf({ routes, releases, artifactStore, dataTime }: ServingState): ServingContent {
  return { routes, releases, artifactStore, dataTime }
}
