/** A log of pushed rows in a real database, and a real artifact store in a folder: what is in the segments, read by DuckDB itself. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { openArtifactNotes, type ArtifactNotes } from '../../../../reconciler/artifacts/artifact-notes.ts'
import { openArtifactStore, type ArtifactStore } from '../../../../reconciler/artifacts/artifact-store.ts'
import { storeSegments, type SegmentOutcome } from '../../../../reconciler/cli/materialise/store-segments.ts'
import type { OnlineView } from '../../../../reconciler/core/online-view.ts'
import { createEngineKeeper } from '../../../../reconciler/features/engine/engine-keeper.ts'
import { beginEpoch } from '../../../../reconciler/database/leader-queries.ts'
import { openPool, type Pool } from '../../../../reconciler/database/pool.ts'
import { readPushLogs } from '../../../../reconciler/database/push-log-queries.ts'
import { pushRows, type PushedRow } from '../../../../reconciler/database/push-queries.ts'
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts'

export interface StoreWish {
  readonly rows?: number
  readonly bytes?: number
  readonly artifacts?: ArtifactStore
  readonly notes?: ArtifactNotes
  readonly epoch?: number
  /** The data clock. Default: long ago, so that nothing is merged. */
  readonly nowUs?: bigint
  readonly graceSeconds?: number
}

export class SegmentLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'mainward-segments-'))
  readonly #keeper = createEngineKeeper()
  readonly store = `folder:${join(this.folder, 'store')}`
  readonly #database: TestDatabase
  readonly pool: Pool
  readonly epoch: number

  private constructor(database: TestDatabase, pool: Pool, epoch: number) {
    this.#database = database
    this.pool = pool
    this.epoch = epoch
  }

  static async open(environment = 'dev'): Promise<SegmentLab> {
    const database = await createTestDatabase()
    const pool = openPool(database.url, { applicationName: 'segment lab' })
    return new SegmentLab(database, pool, await beginEpoch(pool, environment, 'test', 1))
  }

  get url(): string {
    return this.#database.url
  }

  push(view: OnlineView, rows: readonly PushedRow[], environment = 'dev'): Promise<number> {
    return pushRows(this.pool, environment, view, rows)
  }

  /** Stores what every log has. */
  async storeAll(wish: StoreWish = {}, environment = 'dev'): Promise<readonly SegmentOutcome[]> {
    const logs = (await readPushLogs(this.pool, environment, 10)).map(({ id }) => id)
    const {
      rows = 50,
      bytes = 1 << 20,
      artifacts = openArtifactStore(),
      notes = openArtifactNotes(),
      epoch = this.epoch,
      nowUs = 0n,
    } = wish
    return storeSegments(
      { epoch, store: this.store, nowUs, logs },
      {
        pool: this.pool,
        environment,
        workFolder: join(this.folder, 'work'),
        artifacts,
        notes,
        limits: { rows, bytes },
        keeper: this.#keeper,
        ...(wish.graceSeconds === undefined ? {} : { graceSeconds: wish.graceSeconds }),
      },
    )
  }

  /** Ids of rows that are in the log. */
  async logged(): Promise<readonly bigint[]> {
    const { rows } = await this.pool.query<{ id: string }>('select id from pushed_rows order by id')
    return rows.map(({ id }) => BigInt(id))
  }

  async listed(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { rows } = await this.pool.query<Record<string, unknown>>(
      `select v.view, v.digest, s.* from pushed_segments s join pushed_views v on v.id = s.view_id order by s.id`,
    )
    return rows
  }

  /** Rows of all listed segments that count, ordered by their ids in the log; times are in microseconds. */
  async rows(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const counting = (await this.listed()).filter((segment) => segment['replaced_by'] === null)
    return this.rowsOf(counting.map(({ sha256 }) => String(sha256)))
  }

  /** Likewise, of the files with these digests. */
  async rowsOf(digests: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const files = digests.map((sha256) => `'${join(this.folder, 'store/sha256', sha256)}'`)
    if (files.length === 0) return []
    const connection = await (await DuckDBInstance.create()).connect()
    const found = await connection.runAndReadAll(
      `select * replace (epoch_us("__event") as "__event", epoch_us("__created") as "__created")
       from read_parquet([${files.join(', ')}]) order by "__id"`,
    )
    connection.closeSync()
    return found.getRowObjects()
  }

  /** Notes of a definition in the store, by name. */
  notes(view: OnlineView, environment = 'dev'): Readonly<Record<string, unknown>> {
    const folder = join(this.folder, 'store/pushed', environment, view.digest.slice(7))
    // What a kill left half-written begins with a dot, and is no note.
    const whole = readdirSync(folder).filter((name) => !name.startsWith('.'))
    return Object.fromEntries(whole.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown]))
  }

  async forget(): Promise<void> {
    await this.pool.query('truncate pushed_rows, pushed_segments, pushed_views, online_rows, online_views')
    rmSync(join(this.folder, 'store'), { recursive: true, force: true })
  }

  async close(): Promise<void> {
    await this.#keeper.close()
    await this.pool.end()
    await this.#database.drop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
