/** The routes that tell what features there are and what comes from what, in the commit that is applied. */
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import { describeStatistics } from '../../governance/catalogue/describe-statistics.ts'
import { searchCatalogue } from '../../governance/catalogue/search-catalogue.ts'
import { filterCatalogue, findEntry, findOnDemand } from '../../governance/catalogue/select-entries.ts'
import { selectLineage } from '../../governance/lineage/select-lineage.ts'
import { findNodes } from '../../manifests/graph.ts'
import { didYouMean } from '../../manifests/nearest-name.ts'
import type { ViewStatistics } from '../../profiles/view-statistics.ts'
import type { AppliedFeatures } from './applied-features.ts'
import type { ControlRoute } from './control-route.ts'
import type { JsonSchema } from './json-schema.ts'

/** Reads what is applied now. */
export type ReadFeatures = () => Promise<AppliedFeatures>

const name = (description: string): JsonSchema => ({ type: 'string', minLength: 1, maxLength: 600, description })

/** The newest statistics that are kept of a definition; null: none are. */
export type ReadStatistics = (definition: Digest) => Promise<ViewStatistics | null>

export function buildFeatureRoutes(read: ReadFeatures, readStatistics: ReadStatistics): readonly ControlRoute[] {
  return [listRoute(read), showRoute(read, readStatistics), lineageRoute(read)]
}

function listRoute(read: ReadFeatures): ControlRoute {
  return {
    method: 'GET',
    path: '/api/v1/features',
    summary: 'The views of the applied commit with their features; with `words`, what has them, the best first.',
    querySchema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        tag: name('Only views with this tag.'),
        owner: name('Only views of this owner.'),
        words: name('Words that names, descriptions, tags, owners and units are searched for.'),
      },
    },
    answer: async ({ query }) => {
      const { commit, catalogue } = await read()
      const taken = filterCatalogue(catalogue, { view: null, tag: textOf(query['tag']), owner: textOf(query['owner']) })
      const words = textOf(query['words'])
      if (words === null) return { status: 200, body: { commit, ...taken } }
      const { hits, nearest } = searchCatalogue(taken, [words])
      return { status: 200, body: { commit, hits, nearest } }
    },
  }
}

function showRoute(read: ReadFeatures, readStatistics: ReadStatistics): ControlRoute {
  return {
    method: 'GET',
    path: '/api/v1/features/{view}',
    summary:
      'All that is known of a view, or of one of its features, with the newest statistics of its values; or of an on-demand feature.',
    pathSchema: {
      type: 'object',
      additionalProperties: false,
      required: ['view'],
      properties: { view: name('VIEW, VIEW:FEATURE, or MODEL:FEATURE of an on-demand feature.') },
    },
    answer: async ({ path }) => {
      const { commit, catalogue } = await read()
      const computed = findOnDemand(catalogue, String(path['view']))
      if (computed !== null) return { status: 200, body: { commit, ...computed } }
      const { view, feature } = findEntry(catalogue, String(path['view']))
      const kept = await readStatistics(view.digest)
      const statistics = kept && describeStatistics(kept, feature?.name ?? null)
      const entry = feature === null ? view : { view: view.name, ...feature }
      return { status: 200, body: { commit, ...entry, statistics } }
    },
  }
}

function lineageRoute(read: ReadFeatures): ControlRoute {
  return {
    method: 'GET',
    path: '/api/v1/lineage/{kind}/{name}',
    summary: 'What something is made of, and what is made of it, from data sources to rollouts.',
    pathSchema: {
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'name'],
      properties: {
        kind: name('DataSource, FeatureView, Feature, OnDemand, Model, ModelVersion or Rollout, in any case.'),
        name: name('The name; VIEW:FEATURE of a feature; NAME or NAME@ENVIRONMENT of a rollout.'),
      },
    },
    answer: async ({ path }) => {
      const { commit, lineage } = await read()
      const reference = `${String(path['kind'])}/${String(path['name'])}`
      const nodes = findNodes(lineage, reference)
      if (nodes.length > 0) return { status: 200, body: { commit, ...selectLineage(lineage, nodes.map(({ id }) => id)) } } // prettier-ignore
      const hint = didYouMean(reference, lineage.nodes.flatMap(({ id, kind, name: own }) => [id, `${kind}/${own}`])) // prettier-ignore
      throw new MainwardError(
        'not-found',
        `the lineage of the applied commit has no ${reference}`,
        hint === undefined ? {} : { hint },
      )
    },
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
