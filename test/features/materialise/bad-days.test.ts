/** Days on which the disk fills up or Postgres dies in the middle of a fill: what is said, what stays, and that the next fill ends it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../../reconciler/database/embedded/start-embedded.ts'
import { ensureView } from '../../../reconciler/database/online-view-queries.ts'
import { migrate } from '../../../reconciler/database/migrate.ts'
import { openPool, waitForDatabase } from '../../../reconciler/database/pool.ts'
import type { OnlineRows } from '../../../reconciler/features/materialise/online-rows.ts'
import { column, fileSource, micros } from '../sources/support/source-lab.ts'
import { FillLab, type Definitions } from './support/fill-lab.ts'

const start = micros('2013-01-01T10:00:00Z')
const first = start + 3_600_000_000n
const second = first + 3_600_000_000n
const entities = 12_000

const given: Definitions = {
  entities: [{ name: 'e', keys: [{ name: 'k', dtype: 'int64' }] }],
  sources: [fileSource({ name: 's', pattern: 'e.parquet', eventTime: 'ts', columns: [column('k', 'int64'), column('ts', 'timestamp'), column('v', 'string')] })], // prettier-ignore
  views: [
    {
      name: 'wide', entities: [{ name: 'e', columns: { k: 'k' } }], inputs: [{ kind: 'DataSource', name: 's' }], transform: null,
      eventTime: 'ts', createdTime: null, rowKey: [], ttlMs: null, features: [{ name: 'v', dtype: 'string' }], aggregations: [],
      online: { type: 'grid', refreshMs: 3_600_000, lagMs: 0 },
    },
  ],
} // prettier-ignore

/** A few rows at the first time; `rows` more before the second, of every entity. */
function writeRows(lab: FillLab, rows: number): Promise<void> {
  return lab.lab.writeParquet(
    'e.parquet',
    `select i::bigint as k, make_timestamp(${start}) as ts, 'old' as v from range(3) t(i)
     union all select i % ${entities}, make_timestamp(${first + 1n} + i), md5((i % ${entities})::varchar) || md5(i::varchar) from range(${rows}) t(i)`,
  )
}

/** The second time's rows, by a statement of Postgres that knows none of ours. */
async function countNew(lab: FillLab): Promise<number> {
  const { rows } = await lab.pool.query<{ n: string }>(
    `select count(*) as n from online_rows where feature_values like '["' || md5(substring(entity_key from '\\d+')) || '%'`,
  )
  return Number(rows[0]?.n)
}

async function watermark(lab: FillLab) {
  const { watermarkUs, filling } = await ensureView(lab.pool, 'dev', lab.onlineView(given, 'wide'))
  return { watermarkUs, isFilling: filling !== null }
}

/** A disk of its own, in a namespace of its own, where the machine lets anybody have one. */
const onSmallDisk = (folder: string, command: string) =>
  spawnSync('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs -o size=4m none '${folder}' && ${command}`], { encoding: 'utf8' })

describe('a disk that is full while the engine spills', () => {
  const hasDisks = onSmallDisk(tmpdir(), 'true').status === 0

  it.skipIf(!hasDisks)('is one message; the rows that are there stay, and the next fill ends it', async () => {
    const lab = await FillLab.open()
    const folder = mkdtempSync(join(tmpdir(), 'mainward-small-disk-'))
    try {
      await writeRows(lab, 2_000_000)
      await lab.fill(given, first)
      const before = await lab.rows(given, 'wide')
      const request = lab.lab.at('request.json')
      const { digest } = lab.onlineView(given, 'wide')
      const job = { definitions: given, digest, database: lab.url, epoch: lab.epoch, file: lab.lab.at('e.parquet'), spill: folder, memoryLimitBytes: 100_000_000 } // prettier-ignore
      writeFileSync(request, JSON.stringify(job))
      const script = join(import.meta.dirname, 'support/fill-process.mjs')
      const { stderr, status } = onSmallDisk(folder, `exec '${process.execPath}' '${script}' '${request}' ${second}`)
      expect({ stderr, status }).toEqual({ status: 1, stderr: expect.stringMatching(/^engine-limit: .*disk.*\n$/) as string })
      expect(await lab.rows(given, 'wide')).toEqual(before)
      expect(await watermark(lab)).toEqual({ watermarkUs: first, isFilling: false })
      expect(await lab.fill(given, second)).toEqual({ computed: entities, isLate: false })
      expect(await countNew(lab)).toBe(entities)
    } finally {
      rmSync(folder, { recursive: true, force: true })
      await lab.close()
    }
  })
})

it('a Postgres that is killed in the middle of a fill comes back with whole pages, and the next fill writes the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-killed-postgres-'))
  const server = await startEmbeddedPostgres({ stateFolder: folder, systemFolder: join(folder, 'system'), log: () => undefined })
  const admin = openPool(server.url, { applicationName: 'admin' })
  await migrate(admin)
  const lab = await FillLab.open({ url: server.url, drop: () => Promise.resolve() })
  try {
    await writeRows(lab, entities)
    await lab.fill(given, first)
    const killAt = 1 + Math.floor(Math.random() * 4)
    await expect(lab.fill(given, second, killing(lab, killAt))).rejects.toMatchObject({ code: 'database-unavailable' })
    await waitForDatabase(lab.pool, 30_000)
    expect(await watermark(lab)).toMatchObject({ watermarkUs: first })
    // The page that was being written is there whole, or not at all.
    expect([killAt * 2_000, (killAt + 1) * 2_000]).toContain(await countNew(lab))
    expect((await lab.fill(given, second)).computed).toBeLessThan(entities)
    expect(await countNew(lab)).toBe(entities)
    expect(await watermark(lab)).toEqual({ watermarkUs: second, isFilling: false })
  } finally {
    await lab.close()
    await admin.end().catch(() => null)
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

/** At the page `at` (from 0) a process of the server is killed: the server then ends all of them, and recovers from its log. */
function killing(lab: FillLab, at: number): OnlineRows {
  const inner = lab.store
  let pages = 0
  return {
    ...inner,
    async write(viewId, page) {
      if (pages++ !== at) return inner.write(viewId, page)
      const { rows } = await lab.pool.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'fill lab' and pid <> pg_backend_pid() limit 1`,
      )
      const { rows: own } = await lab.pool.query<{ pid: number }>('select pg_backend_pid() as pid')
      const writing = inner.write(viewId, page)
      process.kill(rows[0]?.pid ?? own[0]?.pid ?? 0, 'SIGKILL')
      return writing
    },
  }
}
