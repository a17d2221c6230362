/** Which route of a model really answers: a new one only when everything it needs is loaded. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { Digest } from '../../core/digest.ts'
import type { ModelRoute, RouteArm, ServingState } from '../../core/serving-state.ts'
import type { Release } from '../../core/release.ts'
import type { HeldRelease } from '../releases/held-release.ts'
import { describeUnloaded, type RunnableRelease } from '../releases/unloaded-release.ts'

/** A route whose arms can be answered now. */
export interface ActiveRoute {
  readonly route: ModelRoute
  /** By arm name: every arm that gets traffic, and the default arm. One that is not loaded is answered by the fallback. */
  readonly arms: ReadonlyMap<string, RunnableRelease>
  /** What can answer now in place of a run that fails; null: nothing, or a release that is not loaded (no route waits for it). */
  readonly fallback: ActiveFallback | null
  /** Field names that some release of this route knows (its fallback too), and the unit's: a row may have them whatever its arm. */
  readonly knownFields: ReadonlySet<string>
  /** The same for the inputs of an Open Inference Protocol request. */
  readonly knownInputs: ReadonlySet<string>
}

export type ActiveFallback =
  | { readonly type: 'release'; readonly held: HeldRelease }
  | { readonly type: 'constant'; readonly score: number | readonly number[] }

export type FindHeld = (digest: Digest) => HeldRelease | null
type FindRunnable = (digest: Digest) => RunnableRelease | null

/** The arms that must be loaded before a route can answer. None for a route that gets no traffic yet. */
export function requiredArms({ arms, defaultArm }: ModelRoute): readonly RouteArm[] {
  if (arms.every(({ weight }) => weight === 0)) return []
  return arms.filter(({ name, weight }) => weight > 0 || name === defaultArm)
}

/**
 * The routes that answer after a change. Per model: the state's route when all of it is loaded, else the route that
 * answered before; a model that the state does not name, or gives no traffic, is not answered.
 */
export function buildActiveRoutes(
  state: ServingState,
  previous: ReadonlyMap<string, ModelRoute>,
  findHeld: FindHeld,
): ReadonlyMap<string, ActiveRoute> {
  const active = new Map<string, ActiveRoute>()
  for (const route of state.routes) {
    if (requiredArms(route).length === 0) continue
    const held = previous.get(route.model)
    const before = held === undefined ? null : () => activateRoute(held, findHeld)
    const chosen = activateRoute(route, findHeld) ?? before?.() ?? activateWithFallback(route, findHeld, state.releases)
    if (chosen !== null) active.set(route.model, chosen)
  }
  return active
}

/** Where nothing else answers: the fallback in place of the arms that are not loaded. */
function activateWithFallback(
  route: ModelRoute,
  findHeld: FindHeld,
  releases: Readonly<Record<Digest, Release>>,
): ActiveRoute | null {
  if (activateFallback(route, findHeld) === null) return null
  const findAny = (digest: Digest) => findHeld(digest) ?? describeKnown(releases[digest])
  return activateRoute(route, findHeld, findAny)
}

/** Null for a signature that this version can not fill: then nothing can be assembled for it either. */
function describeKnown(release: Release | undefined): RunnableRelease | null {
  if (release === undefined) return null
  try {
    return describeUnloaded(release)
  } catch (error) {
    if (error instanceof MainwardError) return null
    throw error
  }
}

function activateRoute(route: ModelRoute, findHeld: FindHeld, findArm: FindRunnable = findHeld): ActiveRoute | null {
  const arms = new Map<string, RunnableRelease>()
  for (const { name, release } of requiredArms(route)) {
    const found = findArm(release)
    if (found === null) return null
    arms.set(name, found)
  }
  const unit = route.unit === null ? [] : [route.unit]
  const fallback = activateFallback(route, findHeld)
  const loaded: RunnableRelease[] = route.arms.flatMap(({ release }) => findArm(release) ?? [])
  if (fallback?.type === 'release') loaded.push(fallback.held)
  return {
    route,
    arms,
    fallback,
    knownFields: new Set([...loaded.flatMap(({ fields }) => [...fields]), ...unit]),
    knownInputs: new Set(loaded.flatMap(({ inputs }) => [...inputs.names])),
  }
}

/** The arm's release. An arm that gets no units is not loaded: its range is empty. */
export function armOf({ route, arms }: ActiveRoute, variant: string): RunnableRelease {
  const found = arms.get(variant)
  if (found === undefined) throw new Error(`the route of ${route.model} sends units to ${variant}, which is not loaded`)
  return found
}

function activateFallback({ fallback }: ModelRoute, findHeld: FindHeld): ActiveFallback | null {
  if (fallback?.type !== 'release') return fallback ?? null
  const held = findHeld(fallback.release)
  return held === null ? null : { type: 'release', held }
}
