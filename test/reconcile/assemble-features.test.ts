/** Which definitions an environment keeps, and which of them serving reads. */
import { describe, expect, it } from 'vitest'
import { digestValue } from '../../reconciler/core/digest.ts'
import type { OnlineView } from '../../reconciler/core/online-view.ts'
import type { Release } from '../../reconciler/core/release.ts'
import { selectFeatureViews, selectWantedViews } from '../../reconciler/reconcile/assemble-features.ts'

const view = (name: string, meaning = name, isPushed = false): OnlineView => ({
  name, digest: digestValue(meaning), keys: [{ name: 'k', dtype: 'string' }], features: [], ttlMs: null, aggregations: [], isPushed,
}) // prettier-ignore

const closure = (name: string) => ({ entities: [{ name, keys: [] }], sources: [], views: [] })

const release = (name: string, views: readonly OnlineView[]): Release =>
  ({
    definitions: closure(name),
    views: views.map((each) => ({ view: each, join: {}, as: null, take: [] })),
  }) as unknown as Release

const main = (...views: readonly OnlineView[]) => ({ commit: 'c', views, definitions: closure('main') })

describe('wanted views', () => {
  const names = (given: ReturnType<typeof selectWantedViews>) =>
    given.map(({ definitions, views }) => [definitions.entities[0]?.name, views.map(({ digest }) => digest)])

  it('are main’s, then what releases embed, each definition once', () => {
    const [a, b, oldA] = [view('a'), view('b'), view('a', 'old a')]
    const releases = [release('v1', [oldA, b]), release('v2', [a, oldA, oldA]), release('v3', [b])]
    expect(names(selectWantedViews(main(a), releases))).toEqual([
      ['main', [a.digest]],
      ['v1', [oldA.digest, b.digest]],
    ])
  })

  it('are none without views', () => {
    expect(selectWantedViews(main(), [{} as unknown as Release])).toEqual([])
  })
})

describe('views of the serving state', () => {
  const [now, before] = [view('a', 'new'), view('a', 'old')]

  it('are those before until the new ones are filled', () => {
    expect(selectFeatureViews([now], [before], () => false)).toEqual([before])
    expect(selectFeatureViews([now], [before], ({ digest }) => digest === now.digest)).toEqual([now])
  })

  it('are new at once where there was none, also where rows are pushed', () => {
    expect(selectFeatureViews([now], [view('b')], () => false)).toEqual([now])
    const pushed = view('a', 'new', true)
    expect(selectFeatureViews([pushed], [view('b')], () => false)).toEqual([pushed])
    expect(selectFeatureViews([pushed], [before], () => false)).toEqual([before])
  })
})
