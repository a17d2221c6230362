/** Takes pushed rows of a view: checks them, and answers when the store has rows and log. Framework-free: bytes in, their number out. */
import { MainwardError } from '../../core/error.ts'
import { didYouMean } from '../../core/nearest-name.ts'
import type { OnlineView } from '../../core/online-view.ts'
import { describe } from '../../inference/rows/cell.ts'
import type { ServingLimits } from '../limits.ts'
import type { MetricRegistry } from '../metrics/metric-registry.ts'
import type { DefinitionPush, OnlineStore, PushedRow } from '../ports.ts'
import { parseJsonBody } from '../protocol/json-body.ts'
import type { RouteView } from '../routing/find-route.ts'
import { FeaturesUnavailableError, isPassing } from './features-unavailable.ts'
import type { PushRequest } from './features-schema.ts'
import { readPush } from './read-push.ts'
import { adaptRows, servedDefinitions } from './served-definitions.ts'

export interface PushService {
  readonly view: RouteView
  readonly store: OnlineStore
  readonly limits: ServingLimits
  readonly registry: MetricRegistry
  /** Throws `invalid-input`. */
  readonly validate: (body: unknown) => PushRequest
  /** The data clock, microseconds since the epoch. */
  readonly dataMicros: () => bigint
}

/**
 * Resolves with the number of rows, all of which are in the store; of older rows than the store has only the log keeps something.
 * Throws `invalid-input`, `not-found`, `unsupported`, `unavailable`.
 */
export async function pushFeatures(service: PushService, body: Buffer): Promise<number> {
  const { store, limits, registry, validate, dataMicros } = service
  const { push_source_name: name, df, to = 'online_and_offline' } = validate(parseJsonBody(body, limits))
  if (to === 'offline') {
    throw new MainwardError('invalid-input', 'to: what is trained with must be served too, expected online or online_and_offline')
  }
  const view = findPushed(service.view, name)
  const nowUs = dataMicros()
  const rows = readPush(view, df, nowUs)
  try {
    await store.push(pushesOf(service.view, view, rows), nowUs)
  } catch (error) {
    if (!isPassing(error)) throw error
    throw new FeaturesUnavailableError('the rows may not be stored: the online store is away, send the same ones again', error)
  }
  registry.number('mainward_pushed_rows_total', view.name).add(rows.length)
  return rows.length
}

/** In the order of digests: whoever writes several definitions at once takes them in one order. */
function pushesOf(route: RouteView, view: OnlineView, rows: readonly PushedRow[]): readonly DefinitionPush[] {
  const earlier = servedDefinitions(route, view).map((served) => ({ view: served, rows: adaptRows(rows, view, served) }))
  return [{ view, rows }, ...earlier].sort((a, b) => (a.view.digest < b.view.digest ? -1 : 1))
}

function findPushed({ state }: RouteView, name: string): OnlineView {
  if (state === null) throw new FeaturesUnavailableError('this server has no serving state yet')
  const views = state.featureViews ?? []
  const view = views.find((known) => known.name === name)
  if (view === undefined) throw unknownView(name, views)
  if (!view.isPushed) {
    throw new MainwardError(
      'invalid-input',
      `push_source_name: the values of "${name}" are computed from its source; views with freshness: exact are pushed`,
    )
  }
  if (view.aggregations.length === 0) return view
  throw new MainwardError('unsupported', `the view "${name}" has aggregations, and windows over pushed rows are not supported`, {
    hint: 'push the values themselves as features',
  })
}

function unknownView(name: string, views: readonly OnlineView[]): MainwardError {
  const pushed = views.filter(({ isPushed }) => isPushed).map((view) => view.name)
  const hint = didYouMean(name.slice(0, 100), pushed)
  const message = `push_source_name: there is no online view ${describe(name)}`
  return new MainwardError('not-found', hint === undefined ? message : `${message}; ${hint}`)
}
