/** How a release is joined with its views: whose keys a request must have, which inputs of the model come of it, and which are computed. Compiled once. */
import { MainwardError } from '../../core/error.ts'
import type { KeyDtype } from '../../core/feature-definition.ts'
import { decodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import { takenName, type OnlineView, type ReleaseView } from '../../core/online-view.ts'
import type { Release } from '../../core/release.ts'
import { compileNullUse, type NullUse } from './null-use.ts'
import { compileOnDemandJoin, type OnDemandJoin } from './on-demand-join.ts'
import { findColumn, statusOf, valueOf, type FeatureColumn, type FeatureStatus, type ViewRow } from './view-row.ts'

/** A feature of a view that the model, or an on-demand feature, reads. */
export interface JoinedFeature extends NullUse {
  /** As the model calls it. */
  readonly name: string
  readonly column: FeatureColumn
}

/** A key of a view, and what holds it in a request. */
export interface JoinedKey {
  /** Of the field of a row, or of the tensor. */
  readonly name: string
  readonly dtype: KeyDtype
}

/** A view in one role. */
export interface JoinedView {
  readonly view: OnlineView
  readonly as: string | null
  /** In the order of the view's keys. */
  readonly keys: readonly JoinedKey[]
  readonly features: readonly JoinedFeature[]
}

export interface ViewJoin {
  readonly views: readonly JoinedView[]
  /** By name, what must be in a request: the first view that needs it. */
  readonly keys: ReadonlyMap<string, { readonly dtype: KeyDtype; readonly view: string }>
  /** By the model's name of a feature, the view that it comes from. */
  readonly sources: ReadonlyMap<string, JoinedView>
  /** Null: it has no on-demand features. */
  readonly onDemand: OnDemandJoin | null
}

/** Null for a release without views and on-demand features. Throws `unsupported` for one that this version can not join. */
export function compileViewJoin(release: Release): ViewJoin | null {
  const taken = release.views ?? []
  if (taken.length === 0 && (release.onDemand ?? []).length === 0) return null
  const views = taken.map(({ view, as, take, ...role }) => ({
    view,
    as,
    keys: view.keys.map(({ name, dtype }) => ({ name: joinOf({ view, as, take, ...role }, name), dtype })),
    features: take.map((name) => compileFeature(release, view, takenName(as, name), name)),
  }))
  const keys = new Map<string, { readonly dtype: KeyDtype; readonly view: string }>()
  for (const joined of views) for (const key of joined.keys) addKey(keys, key, joined)
  const sources = new Map(views.flatMap((joined) => joined.features.map(({ name }) => [name, joined] as const)))
  const doubled = release.requestFeatures.find(({ name }) => sources.has(name))
  if (doubled !== undefined) throw unsupported(`"${doubled.name}" is a request feature and a feature of a view`)
  const onDemand = compileOnDemandJoin(
    release,
    views.map(({ features }) => features.map(({ name }) => name)),
  )
  return { views, keys, sources, onDemand }
}

/** The name of what holds a key, in a request. A key that the release does not join is held by its own name. */
export function joinOf({ join }: ReleaseView, key: string): string {
  return Object.hasOwn(join, key) ? (join[key] ?? key) : key
}

function compileFeature(release: Release, view: OnlineView, name: string, own: string): JoinedFeature {
  const column = findColumn(view, own)
  if (column === undefined) throw unsupported(`the view "${view.name}" has no feature "${own}"`)
  const use = compileNullUse(release, name)
  if (column.dtype === 'timestamp' && use.isTaken) {
    throw unsupported(`"${name}" is a timestamp of a view: a model takes no such input`)
  }
  return { name, column, ...use }
}

function addKey(keys: Map<string, { dtype: KeyDtype; view: string }>, { name, dtype }: JoinedKey, { view }: JoinedView): void {
  const known = keys.get(name)
  if (known === undefined) keys.set(name, { dtype, view: view.name })
  else if (known.dtype !== dtype) {
    throw unsupported(`"${name}" is a ${known.dtype} key of "${known.view}" and a ${dtype} key of "${view.name}"`)
  }
}

/** What a feature is for one row. */
export interface JoinedValue {
  /** Null: the null rule decides. A NaN is a value that is not known, as in requests. */
  readonly value: FeatureValue
  readonly status: FeatureStatus
}

export function readJoined({ column }: JoinedFeature, row: ViewRow): JoinedValue {
  const value = decodeFeatureValue(column.dtype, valueOf(column, row))
  return { value: Number.isNaN(value) ? null : value, status: statusOf(column, row) }
}

function unsupported(message: string): MainwardError {
  return new MainwardError('unsupported', message)
}
