/** Files, an engine and a real online store: for tests of materialising. */
import { readFileSync } from 'node:fs'
import { digestValue } from '../../../../reconciler/core/digest.ts'
import type { EntityDefinition, SourceDefinition, ViewDefinition } from '../../../../reconciler/core/feature-definition.ts'
import type { OnlineView } from '../../../../reconciler/core/online-view.ts'
import { createOnlineRows } from '../../../../reconciler/cli/materialise/online-rows.ts'
import { beginEpoch } from '../../../../reconciler/database/leader-queries.ts'
import { openPool, type Pool } from '../../../../reconciler/database/pool.ts'
import { ensureView } from '../../../../reconciler/database/online-view-queries.ts'
import { materialiseViews, type FillOutcome } from '../../../../reconciler/features/materialise/materialise-views.ts'
import type { OnlineRows } from '../../../../reconciler/features/materialise/online-rows.ts'
import type { SourceFile, SourceFiles } from '../../../../reconciler/features/ports.ts'
import { onlineView } from '../../../../reconciler/manifests/online-views.ts'
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts'
import { fileKeeper } from '../../engine/support/test-engine.ts'
import { noQueries, noSecrets, SourceLab } from '../../sources/support/source-lab.ts'

/** A row of the store: values by name of the feature, times in microseconds. */
export interface StoreRow {
  readonly key: string
  readonly event: string | null
  readonly created: string | null
  readonly values: string
}

export interface Definitions {
  readonly entities: readonly EntityDefinition[]
  readonly sources: readonly SourceDefinition[]
  readonly views: readonly ViewDefinition[]
}

export class FillLab {
  /** False: as of a folder that knows no versions of its files. */
  hasVersions = true
  readonly lab = new SourceLab()
  readonly pool: Pool
  readonly #database: TestDatabase
  readonly epoch: number

  private constructor(database: TestDatabase, pool: Pool, epoch: number) {
    this.#database = database
    this.pool = pool
    this.epoch = epoch
  }

  /** On a database of the run's server, or on one that the caller gives. */
  static async open(given?: TestDatabase): Promise<FillLab> {
    const database = given ?? (await createTestDatabase())
    const pool = openPool(database.url, { applicationName: 'fill lab' })
    return new FillLab(database, pool, await beginEpoch(pool, 'dev', 'test', 1))
  }

  get url(): string {
    return this.#database.url
  }

  get store(): OnlineRows {
    return createOnlineRows({ pool: this.pool, environment: 'dev' }, this.epoch)
  }

  onlineView(definitions: Definitions, name: string): OnlineView {
    const definition = definitions.views.find((view) => view.name === name)
    if (definition === undefined) throw new Error(`no view ${name}`)
    return onlineView(definition, byName(definitions.entities), digestValue(definition))
  }

  /** Fills the views to the time. */
  materialise(
    definitions: Definitions,
    gridUs: bigint,
    {
      store = this.store,
      names = definitions.views.map(({ name }) => name),
    }: { store?: OnlineRows; names?: readonly string[] } = {},
  ): Promise<readonly FillOutcome[]> {
    return materialiseViews({
      materials: {
        entities: byName(definitions.entities),
        sources: byName(definitions.sources),
        views: byName(definitions.views),
      },
      due: names.map((name) => ({ view: this.onlineView(definitions, name), gridUs })),
      ports: { files: this.#files(), queries: noQueries, secrets: noSecrets },
      store,
      nowUs: gridUs,
      engine: { spillFolder: this.lab.at('spill'), keeper: fileKeeper },
      pageRows: 2_000,
    })
  }

  /** As a commit gives them: a version is the digest of the bytes. */
  #files(): SourceFiles {
    const { files } = this.lab
    if (!this.hasVersions) return files
    const versioned = (file: SourceFile) => ({ ...file, version: digestValue(readFileSync(file.localPath, 'base64')) })
    return { list: async (pattern) => (await files.list(pattern)).map(versioned) }
  }

  /** Fills one view, and throws what it failed with. */
  async fill(definitions: Definitions, gridUs: bigint, store?: OnlineRows): Promise<{ computed: number; isLate: boolean }> {
    const [outcome] = await this.materialise(definitions, gridUs, store === undefined ? {} : { store })
    if (outcome?.type !== 'filled') throw outcome?.error
    return outcome.report
  }

  async rows(definitions: Definitions, name: string): Promise<readonly StoreRow[]> {
    const { id } = await ensureView(this.pool, 'dev', this.onlineView(definitions, name))
    const { rows } = await this.pool.query<StoreRow>(
      `select entity_key as key, event_us as event, created_us as created, feature_values as values
       from online_rows where view_id = $1 order by entity_key`,
      [id],
    )
    return rows
  }

  async forget(): Promise<void> {
    await this.pool.query('truncate online_rows, online_views')
  }

  async close(): Promise<void> {
    await this.pool.end()
    await this.#database.drop()
    await this.lab.close()
  }
}

function byName<Named extends { readonly name: string }>(list: readonly Named[]): ReadonlyMap<string, Named> {
  return new Map(list.map((each) => [each.name, each]))
}
