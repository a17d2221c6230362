/** The online store: what one read gives, which write wins, and what is removed. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { digestValue } from '../../reconciler/core/digest.ts'
import { encodeEntityKey } from '../../reconciler/core/feature-value.ts'
import { onlineReadSettings, readOnline } from '../../reconciler/database/online-queries.ts'
import { deleteGone, deleteRowsBefore, forgetGone, noteGone, readKeys } from '../../reconciler/database/online-row-queries.ts'
import {
  countRows,
  ensureView,
  readViews,
  removeView,
  setFilling,
  setWatermark,
} from '../../reconciler/database/online-view-queries.ts'
import { openPool } from '../../reconciler/database/pool.ts'
import { withTransaction } from '../../reconciler/database/transaction.ts'
import { createTestDatabase } from '../support/database.ts'
import { writeNewerRows, writeOnlineRows } from '../support/online-lines.ts'

const database = await createTestDatabase()
const pool = openPool(database.url, { applicationName: 'online test' })

afterAll(async () => {
  await pool.end()
  await database.drop()
})

beforeEach(async () => {
  await pool.query('truncate online_rows, online_views, pushed_rows')
})

const weather = { name: 'weather', digest: digestValue('weather') }
const route = { name: 'route', digest: digestValue('route') }

const row = (key: string, values: string, eventUs: bigint | null = 5n, createdUs: bigint | null = 6n) => ({
  key, eventUs, createdUs, values,
}) // prettier-ignore

async function valuesOf(digest: typeof weather.digest, keys: readonly string[]): Promise<readonly (string | null)[]> {
  const [answer] = await readOnline(pool, 'dev', [{ digest, keys }])
  return answer?.rows.map((found) => found?.values ?? null) ?? []
}

async function scans(): Promise<{ readonly sequential: number; readonly index: number }> {
  const { rows } = await pool.query<{ seq_scan: string; idx_scan: string }>(
    `select seq_scan, idx_scan from pg_stat_user_tables where relname = 'online_rows'`,
  )
  return { sequential: Number(rows[0]?.seq_scan), index: Number(rows[0]?.idx_scan) }
}

describe('one read', () => {
  it('has an answer for each view and key, in the order asked, with keys twice, none, and of no view', async () => {
    const first = await ensureView(pool, 'dev', weather)
    const second = await ensureView(pool, 'dev', route)
    await ensureView(pool, 'production', weather)
    await writeOnlineRows(pool, first.id, 100n, [row('["JFK"]', '[1]'), row('["LGA"]', '[2]', null, null)])
    await writeOnlineRows(pool, second.id, 300n, [row('["JFK"]', '["route"]', -7n, 9_007_199_254_740_993n)])
    await setWatermark(pool, second.id, { asOfUs: 200n, fingerprint: 'f', dataFiles: null, isSettled: false })
    const answers = await readOnline(pool, 'dev', [
      { digest: route.digest, keys: ['["JFK"]'] },
      { digest: weather.digest, keys: ['["LGA"]', '["none"]', '["JFK"]', '["LGA"]'] },
      { digest: weather.digest, keys: [] },
      { digest: digestValue('no view'), keys: ['["JFK"]'] },
    ])
    const lga = { eventUs: null, computedAsOfUs: 100n, values: '[2]' }
    expect(answers).toEqual([
      // Not rewritten since: as of the later of its own time and the watermark.
      {
        watermarkUs: 200n,
        rows: [{ eventUs: -7n, computedAsOfUs: 300n, values: '["route"]' }],
      },
      { watermarkUs: null, rows: [lga, null, { eventUs: 5n, computedAsOfUs: 100n, values: '[1]' }, lga] },
      { watermarkUs: null, rows: [] },
      { watermarkUs: null, rows: [null] },
    ])
    expect(await readOnline(pool, 'production', [{ digest: weather.digest, keys: ['["JFK"]'] }])).toEqual([
      { watermarkUs: null, rows: [null] },
    ])
    expect(await readOnline(pool, 'dev', [{ digest: weather.digest, keys: [] }])).toEqual([{ watermarkUs: null, rows: [] }])
  })

  it('says as of the watermark what was not rewritten since', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    await writeOnlineRows(pool, id, 100n, [row('["JFK"]', '[1]')])
    await setWatermark(pool, id, { asOfUs: 250n, fingerprint: 'f', dataFiles: null, isSettled: false })
    const [answer] = await readOnline(pool, 'dev', [{ digest: weather.digest, keys: ['["JFK"]'] }])
    expect(answer?.rows[0]?.computedAsOfUs).toBe(250n)
  })

  it('finds keys of any text: quotes, backslashes, NUL, half a pair, other alphabets', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    const texts = ['"', '\\', '{a,b}', '\u0000', '\ud800', 'å', '', 'null', '\t\n', '😀']
    const keys = texts.map((text) => encodeEntityKey([text, -1n, true]))
    await writeOnlineRows(
      pool,
      id,
      1n,
      keys.map((key, at) => row(key, JSON.stringify([at]))),
    )
    expect(await valuesOf(weather.digest, [...keys].reverse())).toEqual(texts.map((_, at) => JSON.stringify([at])).reverse())
    const pages: (readonly string[])[] = []
    for await (const page of readKeys(pool, id, 4)) pages.push(page)
    expect(pages.map((page) => page.length)).toEqual([4, 4, 2])
    // Byte order, as in a file: an independent order of UTF-8.
    expect(pages.flat()).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  })

  it('looks into the index on its own connections, also when it was planned while there was no row', async () => {
    const reader = openPool(database.url, { applicationName: 'online reader', size: 1, settings: onlineReadSettings })
    try {
      const { id } = await ensureView(pool, 'dev', weather)
      const asked = [{ digest: weather.digest, keys: ['["7"]'] }]
      await pool.query('vacuum analyze online_rows')
      expect((await readOnline(reader, 'dev', asked))[0]?.rows).toEqual([null])
      await writeOnlineRows(
        pool,
        id,
        1n,
        Array.from({ length: 5_000 }, (_, at) => row(`["${at}"]`, '[1]')),
      )
      expect((await readOnline(reader, 'dev', asked))[0]?.rows[0]?.values).toBe('[1]')
      const { rows } = await reader.query<{ generic: string }>(
        `select generic_plans as generic from pg_prepared_statements where name = 'read-online' and custom_plans = 0`,
      )
      expect(rows).toEqual([{ generic: '2' }])
      const before = await scans()
      for (let n = 0; n < 5; n++) await readOnline(reader, 'dev', asked)
      await reader.query('select pg_stat_force_next_flush()')
      const after = await scans()
      expect(after.sequential - before.sequential).toBe(0)
      expect(after.index - before.index).toBeGreaterThanOrEqual(5)
    } finally {
      await reader.end()
    }
  })

  it('is one statement, also for many views and keys', async () => {
    const views = await Promise.all(['a', 'b', 'c'].map((name) => ensureView(pool, 'dev', { name, digest: digestValue(name) })))
    const keys = Array.from({ length: 1000 }, (_, at) => encodeEntityKey([at]))
    for (const { id, name } of views) await writeOnlineRows(pool, id, 1n, keys.map((key) => row(key, JSON.stringify([name, key])))) // prettier-ignore
    let statements = 0
    const counted: typeof pool = { ...pool, query: (...all) => (statements++, pool.query(...all)) }
    const asked = views.map(({ digest }, at) => ({ digest, keys: at === 1 ? [...keys].reverse() : keys }))
    const answers = await readOnline(counted, 'dev', asked)
    expect(statements).toBe(1)
    for (const [at, { rows }] of answers.entries()) {
      expect(rows.map((found) => found?.values)).toEqual(asked[at]?.keys.map((key) => JSON.stringify([views[at]?.name, key])))
    }
  })
})

describe('rows of a grid', () => {
  it('of an older time change nothing; of the same or a later one they do', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    expect(await writeOnlineRows(pool, id, 100n, [row('["a"]', '[1]'), row('["b"]', '[1]')])).toBe(2)
    expect(await writeOnlineRows(pool, id, 99n, [row('["a"]', '[0]'), row('["c"]', '[0]')])).toBe(1)
    expect(await writeOnlineRows(pool, id, 100n, [row('["b"]', '[2]')])).toBe(1)
    expect(await valuesOf(weather.digest, ['["a"]', '["b"]', '["c"]'])).toEqual(['[1]', '[2]', '[0]'])
    await noteGone(pool, id, ['["a"]', '["c"]'])
    await noteGone(pool, id, ['["c"]'])
    expect(await valuesOf(weather.digest, ['["a"]', '["c"]'])).toEqual(['[1]', '[0]'])
    expect(await deleteGone(pool, id, 99n)).toBe(1)
    expect(await valuesOf(weather.digest, ['["a"]', '["c"]'])).toEqual(['[1]', null])
    await noteGone(pool, id, ['["a"]'])
    await forgetGone(pool, id)
    expect(await deleteGone(pool, id, 100n)).toBe(0)
  })

  it('that must be newer change only what happened before, or of the same event what was known before', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    await writeOnlineRows(pool, id, 100n, [row('["a"]', '[1]'), row('["b"]', '[1]', 5n, null)])
    const newer = (...rows: Parameters<typeof row>[]) => writeNewerRows(pool, id, 200n, rows.map((each) => row(...each))) // prettier-ignore
    expect(await newer(['["a"]', '[2]', 4n, 9n], ['["b"]', '[2]', 5n, 5n], ['["c"]', '[2]', 1n, 1n])).toBe(1)
    expect(await newer(['["a"]', '[3]', 5n, 6n], ['["b"]', '[3]', 5n, 6n])).toBe(1)
    expect(await newer(['["a"]', '[4]', 6n, 0n])).toBe(1)
    expect(await valuesOf(weather.digest, ['["a"]', '["b"]', '["c"]'])).toEqual(['[4]', '[3]', '[2]'])
  })

  it('are not written again when they hold the same', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    await writeOnlineRows(pool, id, 100n, [row('["a"]', '[1]'), row('["b"]', '[null]', null, null)])
    expect(await writeOnlineRows(pool, id, 200n, [row('["a"]', '[1]'), row('["b"]', '[null]', null, null)])).toBe(0)
    expect(await writeOnlineRows(pool, id, 200n, [row('["a"]', '[1]', 5n, 7n)])).toBe(1)
  })

  it('of a view that was removed are not written', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    await withTransaction(pool, (transaction) => removeView(transaction, id, 10))
    expect(await writeOnlineRows(pool, id, 1n, [row('["a"]', '[1]')])).toBe(0)
    expect((await pool.query('select from online_rows')).rowCount).toBe(0)
  })

  it('whose event is before a time are removed; those without one stay', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    await writeOnlineRows(pool, id, 1n, [row('["a"]', '[1]', 4n), row('["b"]', '[1]', 5n), row('["c"]', '[1]', null)])
    expect(await deleteRowsBefore(pool, id, 5n)).toBe(1)
    expect(await valuesOf(weather.digest, ['["a"]', '["b"]', '["c"]'])).toEqual([null, '[1]', '[1]'])
  })
})

describe('a definition', () => {
  const fill = { asOfUs: 300n, fingerprint: 'g', isWhole: true, after: '["x"]' }

  it('is made once, also by many at once, and keeps how far it is', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => ensureView(pool, 'dev', weather)))
    const [{ id } = { id: -1 }] = made
    expect(made).toEqual(
      made.map(() => ({
        id,
        ...weather,
        watermarkUs: null,
        fingerprint: null,
        dataFiles: null,
        isSettled: false,
        filling: null,
      })),
    )
    await setFilling(pool, id, fill)
    await setFilling(pool, id, { ...fill, after: null })
    expect((await ensureView(pool, 'dev', weather)).filling).toEqual({ ...fill, after: null })
    expect(await setWatermark(pool, id, { asOfUs: 300n, fingerprint: 'g', dataFiles: null, isSettled: false })).toBe(true)
    expect(await ensureView(pool, 'dev', weather)).toMatchObject({ watermarkUs: 300n, fingerprint: 'g', filling: null })
  })

  it('has a watermark that never goes back', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    expect(await setWatermark(pool, id, { asOfUs: 300n, fingerprint: 'new', dataFiles: 'files', isSettled: true })).toBe(true)
    expect(await setWatermark(pool, id, { asOfUs: 299n, fingerprint: 'old', dataFiles: null, isSettled: false })).toBe(false)
    expect(await ensureView(pool, 'dev', weather)).toMatchObject({
      watermarkUs: 300n,
      fingerprint: 'new',
      dataFiles: 'files',
      isSettled: true,
    })
  })

  it('is removed with its rows in parts, beside others', async () => {
    const { id } = await ensureView(pool, 'dev', weather)
    const other = await ensureView(pool, 'dev', route)
    const keys = ['["a"]', '["b"]', '["c"]']
    for (const each of [id, other.id]) await writeOnlineRows(pool, each, 1n, keys.map((key) => row(key, '[1]'))) // prettier-ignore
    const remove = () => withTransaction(pool, (transaction) => removeView(transaction, id, 2))
    expect(await remove()).toBe(false)
    expect(await countRows(pool, 'dev')).toEqual(new Map([[weather.digest, 1], [route.digest, 3]])) // prettier-ignore
    expect(await remove()).toBe(true)
    expect(await countRows(pool, 'dev')).toEqual(new Map([[route.digest, 3]]))
    expect((await readViews(pool, 'dev')).map(({ name }) => name)).toEqual(['route'])
  })
})
