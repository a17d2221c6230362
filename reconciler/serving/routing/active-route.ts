/** Which route of a model really answers: a new one only when everything it needs is loaded. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { ModelRoute, RouteArm, ServingState } from '../../core/serving-state.ts'
import type { HeldRelease } from '../releases/held-release.ts'

/** A route whose arms can be answered now. */
export interface ActiveRoute {
  readonly route: ModelRoute
  /** By arm name: every arm that gets traffic, and the default arm. */
  readonly held: ReadonlyMap<string, HeldRelease>
  /** What can answer now in place of a run that fails; null: nothing, or a release that is not loaded (no route waits for it). */
  readonly fallback: ActiveFallback | null
  /** Field names that some release of this route knows, and the unit's: a row may have them whatever its arm. */
  readonly knownFields: ReadonlySet<string>
  /** The same for the inputs of an Open Inference Protocol request. */
  readonly knownInputs: ReadonlySet<string>
}

export type ActiveFallback =
  | { readonly type: 'release'; readonly held: HeldRelease }
  | { readonly type: 'constant'; readonly score: number | readonly number[] }

export type FindHeld = (digest: Digest) => HeldRelease | null

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
    const chosen = activateRoute(route, findHeld) ?? (held === undefined ? null : activateRoute(held, findHeld))
    if (chosen !== null) active.set(route.model, chosen)
  }
  return active
}

function activateRoute(route: ModelRoute, findHeld: FindHeld): ActiveRoute | null {
  const held = new Map<string, HeldRelease>()
  for (const { name, release } of requiredArms(route)) {
    const found = findHeld(release)
    if (found === null) return null
    held.set(name, found)
  }
  const unit = route.unit === null ? [] : [route.unit]
  const loaded = route.arms.flatMap(({ release }) => findHeld(release) ?? [])
  return {
    route,
    held,
    fallback: activateFallback(route, findHeld),
    knownFields: new Set([...loaded.flatMap(({ rows }) => [...rows.fields]), ...unit]),
    knownInputs: new Set(loaded.flatMap(({ inputs }) => [...inputs.names])),
  }
}

function activateFallback({ fallback }: ModelRoute, findHeld: FindHeld): ActiveFallback | null {
  if (fallback?.type !== 'release') return fallback ?? null
  const held = findHeld(fallback.release)
  return held === null ? null : { type: 'release', held }
}
