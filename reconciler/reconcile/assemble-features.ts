/** Which online views an environment keeps: those of the applied commit, and those that served releases embed. Pure. */
import type { FeatureClosure, OnlineView } from '../core/online-view.ts'
import { compareText } from '../core/finding.ts'
import type { Release } from '../core/release.ts'
import { buildFeatureDefinitions } from '../manifests/feature-definitions.ts'
import { digestFeatures } from '../manifests/features/feature-digests.ts'
import { featureClosure, onlineView } from '../manifests/online-views.ts'
import type { ValidCommit } from './assemble-desired.ts'
import type { WantedViews } from './ports.ts'

/** The online views of main, by name, with all that they are made of. */
export interface MainFeatures {
  readonly commit: string
  readonly views: readonly OnlineView[]
  readonly definitions: FeatureClosure
}

export function assembleFeatures({ commit, resources }: ValidCommit): MainFeatures {
  const definitions = buildFeatureDefinitions(resources)
  const { views: digests } = digestFeatures(resources)
  const views = [...definitions.views.values()]
    .flatMap((definition) => {
      const digest = digests.get(definition.name)
      return definition.online === null || digest === undefined ? [] : [onlineView(definition, definitions.entities, digest)]
    })
    .sort((a, b) => compareText(a.name, b.name))
  const names = views.map(({ name }) => name)
  return { commit, views, definitions: featureClosure(names, definitions) }
}

/** Each definition once, whoever reads it. */
export function selectWantedViews(main: MainFeatures, releases: readonly Release[]): readonly WantedViews[] {
  const known = new Set(main.views.map(({ digest }) => digest))
  const embedded = releases.flatMap(({ views = [], definitions }): readonly WantedViews[] => {
    const own = views.map(({ view }) => view).filter(({ digest }) => !known.has(digest) && known.add(digest))
    return definitions === undefined || own.length === 0 ? [] : [{ definitions, views: own }]
  })
  return [...(main.views.length === 0 ? [] : [main]), ...embedded].map(({ definitions, views }) => ({ definitions, views }))
}

/**
 * The definitions that feature references lead to: main's, but one that is not filled yet leaves its place to the one that is published
 * under its name. So does a pushed one that has yet to take over what was pushed before.
 */
export function selectFeatureViews(
  main: readonly OnlineView[],
  published: readonly OnlineView[],
  isReady: (view: OnlineView) => boolean,
): readonly OnlineView[] {
  return main.map((view) => {
    if (isReady(view)) return view
    return published.find(({ name }) => name === view.name) ?? view
  })
}
