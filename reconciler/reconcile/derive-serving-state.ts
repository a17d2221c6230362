/** Derives what the data plane should do from where the rollouts are. Pure. */
import type { Instant } from '../core/clock.ts'
import { canonicalJson, type Digest } from '../core/digest.ts'
import { compareText } from '../core/finding.ts'
import type { OnlineView } from '../core/online-view.ts'
import type { Release } from '../core/release.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import type { ModelRoute, RouteShape, ServingState } from '../core/serving-state.ts'
import { gainingReleases } from '../rollout/moved-share.ts'
import { buildRoute } from '../rollout/route.ts'
import { fallbackReleaseOf } from '../rollout/settings.ts'
import { defaultReleaseOf } from '../rollout/unit-ranges.ts'

export interface RoutesInput {
  readonly states: readonly RolloutState[]
  /** The routes that serve now. */
  readonly serving: readonly ModelRoute[]
  /** False while the history line of the rollout's last transition is not on the history branch yet. */
  readonly isDurable: (rollout: string) => boolean
  /** What a route that is new says of its beginning. */
  readonly at: Instant
}

/**
 * The routes to serve. A release gains units only after the line that says so was pushed: until then the old route stays.
 * A release that loses units, and the way back to the one that is served by default now, wait for nothing.
 */
export function deriveRoutes({ states, serving, isDurable, at }: RoutesInput): readonly ModelRoute[] {
  const current = new Map(serving.map((route) => [route.model, route]))
  return [...states]
    .sort((a, b) => compareText(a.rollout, b.rollout))
    .flatMap((state) => {
      const route = buildRoute(state.rollout, state.traffic, state.settings?.fallback)
      const before = current.get(state.rollout) ?? null
      if (route === null) return []
      if (before !== null && saysTheSame(before, route)) return before
      // The hold of a step goes on when only the fallback is another one.
      if (before !== null && saysTheSame(withoutFallback(before), withoutFallback(route)))
        return { ...route, since: before.since }
      return isDurable(state.rollout) || !growsUnproven(before, route) ? { ...route, since: at } : (before ?? [])
    })
}

function withoutFallback<Route extends RouteShape>({ fallback: _fallback, ...route }: Route): Omit<Route, 'fallback'> {
  return route
}

function growsUnproven(before: ModelRoute | null, after: RouteShape): boolean {
  const proven = before === null ? null : defaultReleaseOf(before)
  return [...gainingReleases(before, after)].some((release) => release !== proven)
}

/** True when a published route is the one that is asked for. */
export function saysTheSame({ since: _since, ...published }: ModelRoute, asked: RouteShape): boolean {
  return canonicalJson(published) === canonicalJson(asked)
}

/** Every release that a replica must hold: those of the routes, those that the rollouts are loading, and fallbacks. */
export function namedReleases(states: readonly RolloutState[], routes: readonly ModelRoute[]): readonly Digest[] {
  const fallbacks = states.flatMap((state) => fallbackReleaseOf(state) ?? [])
  const routedFallbacks = routes.flatMap(({ fallback }) => (fallback?.type === 'release' ? [fallback.release] : []))
  return [...new Set([...answeringReleases(states, routes), ...fallbacks, ...routedFallbacks])].sort(compareText)
}

/** Those of them that answer, or are to answer, as an arm. */
export function answeringReleases(states: readonly RolloutState[], routes: readonly ModelRoute[]): ReadonlySet<Digest> {
  const loading = states.flatMap(({ traffic }) => traffic.arms.map(({ release }) => release))
  const routed = routes.flatMap(({ arms }) => arms.map(({ release }) => release))
  return new Set([...loading, ...routed])
}

/** The releases as replicas get them: each says what of its model is recorded today. */
export function withRecording(releases: readonly Release[], states: readonly RolloutState[]): readonly Release[] {
  const recordings = new Map(states.map(({ rollout, settings }) => [rollout, settings?.recording]))
  return releases.map((release) => {
    const recording = recordings.get(release.model)
    return recording === undefined ? release : { ...release, recording }
  })
}

/** The parts of a serving state that mean something: two states with equal content need no new version. */
export interface ServingContent {
  readonly routes: readonly ModelRoute[]
  readonly releases: Readonly<Record<Digest, Release>>
  readonly artifactStore: string
  readonly dataTime: string | null
  readonly featureViews?: readonly OnlineView[]
}

export function contentOf({ routes, releases, artifactStore, dataTime, featureViews }: ServingState): ServingContent {
  return { routes, releases, artifactStore, dataTime, ...(featureViews === undefined ? {} : { featureViews }) }
}
