/** Finds what answers for a model, or says in the protocol's words why nothing does. */
import { MainwardError } from '../../core/error.ts'
import type { ServingState } from '../../core/serving-state.ts'
import { HeldRelease } from '../releases/held-release.ts'
import type { ActiveRoute } from './active-route.ts'

/** What requests see of a replica. */
export interface RouteView {
  readonly state: ServingState | null
  readonly routes: ReadonlyMap<string, ActiveRoute>
  readonly pool: {
    listHeld(): readonly HeldRelease[]
    findHeld(model: string, version: string): HeldRelease | null
  }
}

/** Throws `not-found` for a model that is not served here, `unavailable` while nothing of it is loaded. */
export function findRoute(view: RouteView, model: string): ActiveRoute {
  const route = view.routes.get(model)
  if (route !== undefined) return route
  throw whyNot(view, model)
}

/** The loaded release of a version: the one with traffic first. Throws `not-found`. */
export function findVersion(view: RouteView, model: string, version: string): HeldRelease {
  const active = view.routes.get(model)
  const inRoute = active === undefined ? undefined : findArm(active, version)
  const found = inRoute ?? view.pool.findHeld(model, version)
  if (found !== null) return found
  if (active === undefined) throw whyNot(view, model)
  throw new MainwardError('not-found', `version ${quote(version)} of the model ${quote(model)} is not loaded`)
}

function findArm({ arms }: ActiveRoute, version: string): HeldRelease | null {
  for (const arm of arms.values()) if (arm instanceof HeldRelease && String(arm.release.version) === version) return arm
  return null
}

function whyNot({ state }: RouteView, model: string): MainwardError {
  if (state === null) {
    return new MainwardError('unavailable', 'this server has no serving state yet', { retry: 'backoff' })
  }
  const isNamed = Object.values(state.releases).some((release) => release.model === model)
  if (isNamed) return new MainwardError('unavailable', `the model ${quote(model)} is not ready`, { retry: 'backoff' })
  return new MainwardError('not-found', `the model ${quote(model)} is not served here`)
}

function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
}
