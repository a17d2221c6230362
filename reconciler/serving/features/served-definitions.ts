/**
 * Earlier definitions of a pushed view that served releases still read: they get what is pushed, too, as long as a push has all that they
 * hold. Otherwise a change of the view would freeze the values of every version that was made before it. Pure.
 */
import type { Json } from '../../core/digest.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { PushedRow } from '../ports.ts'
import type { RouteView } from '../routing/find-route.ts'

/** Other than `view`, each once. */
export function servedDefinitions({ state }: RouteView, view: OnlineView): readonly OnlineView[] {
  const read = Object.values(state?.releases ?? {}).flatMap(({ views = [] }) => views.map((each) => each.view))
  const others = new Map(
    read.filter((each) => each.digest !== view.digest && fits(each, view)).map((each) => [each.digest, each]),
  )
  return [...others.values()]
}

/** The same keys in the same order, and of features no other ones than are pushed. */
function fits(served: OnlineView, { name, keys, features }: OnlineView): boolean {
  const isSame = served.name === name && served.isPushed && served.aggregations.length === 0
  const hasKeys = served.keys.length === keys.length && served.keys.every((key, at) => key.name === keys[at]?.name && key.dtype === keys[at]?.dtype) // prettier-ignore
  const isPushed = (wanted: OnlineView['features'][number]): boolean =>
    features.some((feature) => feature.name === wanted.name && feature.dtype === wanted.dtype)
  return isSame && hasKeys && served.features.every(isPushed)
}

/** Rows of `view` as rows of a definition that fits. */
export function adaptRows(rows: readonly PushedRow[], view: OnlineView, served: OnlineView): readonly PushedRow[] {
  const places = served.features.map(({ name }) => view.features.findIndex((feature) => feature.name === name))
  return rows.map(({ key, eventUs, values }) => {
    const own = JSON.parse(values) as readonly Json[]
    return { key, eventUs, values: JSON.stringify(places.map((place) => own[place] ?? null)) }
  })
}
