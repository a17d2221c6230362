/** Which features a request asks for: by reference to views of the serving state, or all that a model reads. Pure. */
import { MainwardError } from '../../core/error.ts'
import { didYouMean } from '../../core/nearest-name.ts'
import { takenName, type OnlineView, type ReleaseView } from '../../core/online-view.ts'
import type { ServingState } from '../../core/serving-state.ts'
import { describe } from '../../inference/rows/cell.ts'
import { armOf } from '../routing/active-route.ts'
import { findRoute, type RouteView } from '../routing/find-route.ts'
import type { FeaturesRequest } from './features-schema.ts'
import { joinOf } from './view-join.ts'
import { findColumn, type FeatureColumn } from './view-row.ts'

/** One view in one role. */
export interface ChosenView {
  readonly view: OnlineView
  /** Of the request's entities, in the order of the view's keys. */
  readonly keyNames: readonly string[]
}

/** One feature of the answer. */
export interface ChosenFeature {
  /** As the answer calls it. */
  readonly name: string
  /** Position of its view among the chosen ones. */
  readonly view: number
  readonly column: FeatureColumn
}

export interface ChosenFeatures {
  readonly views: readonly ChosenView[]
  readonly features: readonly ChosenFeature[]
}

/** Throws `invalid-input`, `not-found` with the nearest name, and `unavailable` for a model that is not loaded. */
export function chooseFeatures(state: RouteView, request: FeaturesRequest): ChosenFeatures {
  const { features, feature_service: service, full_feature_names: isFull = false } = request
  if ((features === undefined) === (service === undefined)) {
    throw new MainwardError('invalid-input', 'expected exactly one of "features" and "feature_service"')
  }
  const chosen = features === undefined ? chooseService(state, service ?? '', isFull) : chooseReferences(state, features, isFull)
  refuseSameNames(chosen)
  return chosen
}

function chooseReferences({ state }: RouteView, references: readonly string[], isFull: boolean): ChosenFeatures {
  if (state === null) throw new MainwardError('unavailable', 'this server has no serving state yet', { retry: 'backoff' })
  const known = new Map((state.featureViews ?? []).map((view) => [view.name, view]))
  const views: ChosenView[] = []
  const places = new Map<string, number>()
  const features = references.map((reference, index): ChosenFeature => {
    const [viewName, featureName] = splitReference(reference, index)
    const view = known.get(viewName)
    if (view === undefined || findColumn(view, featureName) === undefined) refuseOnDemand(state, [viewName, featureName], index)
    if (view === undefined)
      throw unknown(`features[${index}]: there is no online view ${describe(viewName)}`, viewName, known.keys())
    let place = places.get(viewName)
    if (place === undefined) {
      place = views.push({ view, keyNames: view.keys.map(({ name }) => name) }) - 1
      places.set(viewName, place)
    }
    return {
      name: isFull ? takenName(viewName, featureName) : featureName,
      view: place,
      column: columnOf(view, featureName, index),
    }
  })
  return { views, features }
}

function splitReference(reference: string, index: number): readonly [string, string] {
  const at = reference.indexOf(':')
  if (at > 0 && at < reference.length - 1) return [reference.slice(0, at), reference.slice(at + 1)]
  throw new MainwardError('invalid-input', `features[${index}]: expected VIEW:FEATURE, found ${describe(reference)}`)
}

/** `MODEL:FEATURE`, or `VIEW:FEATURE` where a model that reads the view computes it: no store holds its values. */
function refuseOnDemand({ releases }: ServingState, [owner, name]: readonly [string, string], index: number): void {
  const found = Object.values(releases).find(
    ({ model, onDemand = [], views = [] }) =>
      onDemand.some((feature) => feature.name === name) && (model === owner || views.some(({ view }) => view.name === owner)),
  )
  if (found === undefined) return
  const message =
    `features[${index}]: ${describe(name)} is an on-demand feature of the model "${found.model}", which is computed in its predictions ` +
    `and is in no online view: ask the model for a prediction, or here for the features that it is computed of`
  throw new MainwardError('invalid-input', message)
}

function columnOf(view: OnlineView, name: string, index: number): FeatureColumn {
  const found = findColumn(view, name)
  if (found !== undefined) return found
  const message = `features[${index}]: the view "${view.name}" has no feature ${describe(name)}`
  throw unknown(message, name, view.features.map((feature) => feature.name)) // prettier-ignore
}

/** A model is a service: the views of the release that answers requests without a unit. */
function chooseService(state: RouteView, model: string, isFull: boolean): ChosenFeatures {
  const names = state.state?.routes.map((route) => route.model) ?? []
  if (state.state !== null && !names.includes(model)) {
    throw unknown(`feature_service: there is no model ${describe(model)}`, model, names)
  }
  const active = findRoute(state, model)
  const { release } = armOf(active, active.route.defaultArm)
  const taken = release.views ?? []
  if (taken.length === 0) {
    const message = `feature_service: version ${release.version} of the model "${model}" reads no views`
    throw new MainwardError('invalid-input', message)
  }
  return {
    views: taken.map((role) => ({ view: role.view, keyNames: role.view.keys.map(({ name }) => joinOf(role, name)) })),
    features: taken.flatMap((role, view) => role.take.map((name) => chooseTaken(role, view, name, isFull))),
  }
}

function chooseTaken({ view, as }: ReleaseView, place: number, name: string, isFull: boolean): ChosenFeature {
  const column = findColumn(view, name)
  if (column === undefined) throw new Error(`the view ${view.name} of a release has no feature ${name}`)
  return { name: takenName(as ?? (isFull ? view.name : null), name), view: place, column }
}

function refuseSameNames({ features }: ChosenFeatures): void {
  const seen = new Set<string>()
  for (const { name } of features) {
    if (seen.has(name)) {
      const message = `two of the features are named "${name}": name each once, and ask for full_feature_names where two views have it`
      throw new MainwardError('invalid-input', message)
    }
    seen.add(name)
  }
}

function unknown(message: string, name: string, candidates: Iterable<string>): MainwardError {
  const hint = didYouMean(name.slice(0, 100), candidates)
  return new MainwardError('not-found', hint === undefined ? message : `${message}; ${hint}`)
}
