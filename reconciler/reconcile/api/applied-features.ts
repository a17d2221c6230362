/** The catalogue and the lineage of the commit that is applied: read from git when somebody asks, and kept until another is applied. */
import { MainwardError } from '../../core/error.ts'
import type { Resource } from '../../core/resource.ts'
import { buildCatalogue, type FeatureCatalogue } from '../../governance/catalogue/feature-catalogue.ts'
import { buildLineage } from '../../governance/lineage/lineage-graph.ts'
import type { LineageGraph } from '../../governance/lineage/lineage-node.ts'
import { listPlainOrigins } from '../../governance/lineage/plain-origins.ts'
import { buildFeatureDefinitions } from '../../manifests/feature-definitions.ts'
import type { SourcePort } from '../ports.ts'

export interface AppliedSource {
  /** Null: nothing is applied yet. */
  readonly readAppliedCommit: () => Promise<string | null>
  readonly source: Pick<SourcePort, 'fetchHead' | 'readCommit'>
}

export interface AppliedFeatures {
  readonly commit: string
  readonly catalogue: FeatureCatalogue
  readonly lineage: LineageGraph
}

/** The control plane has no engine for SQL. */
const withoutEngine = 'the control plane does not follow SQL; mainward lineage does'

export class FeatureReader {
  readonly #applied: AppliedSource
  #last: { readonly commit: string; readonly features: Promise<AppliedFeatures> } | null = null

  constructor(applied: AppliedSource) {
    this.#applied = applied
  }

  /** Throws not-found before anything is applied. */
  async read(): Promise<AppliedFeatures> {
    const commit = await this.#applied.readAppliedCommit()
    if (commit === null) {
      throw new MainwardError('not-found', 'no commit is applied yet', { hint: 'mainward status says what is going on' })
    }
    if (this.#last?.commit === commit) return this.#last.features
    const features = this.#readResources(commit).then((resources) => describe(commit, resources))
    this.#last = { commit, features }
    try {
      return await features
    } catch (thrown) {
      // The next one who asks tries again.
      if (this.#last?.features === features) this.#last = null
      throw thrown
    }
  }

  /** A standby of a remote has not fetched the commit that another has applied. */
  async #readResources(commit: string): Promise<readonly Resource[]> {
    const { source } = this.#applied
    try {
      return (await source.readCommit(commit)).resources
    } catch (thrown) {
      if (!(thrown instanceof MainwardError) || thrown.code !== 'not-found') throw thrown
      await source.fetchHead()
      return (await source.readCommit(commit)).resources
    }
  }
}

function describe(commit: string, resources: readonly Resource[]): AppliedFeatures {
  const origins = listPlainOrigins(buildFeatureDefinitions(resources), withoutEngine)
  return { commit, catalogue: buildCatalogue(resources), lineage: buildLineage(resources, origins) }
}
