/** Views as a serving state has them, and their rows in a real online store. The data clock stands at eight o'clock. */
import { digestValue } from '../../../../reconciler/core/digest.ts'
import { encodeEntityKey, encodeFeatureValue, type FeatureValue } from '../../../../reconciler/core/feature-value.ts'
import type { OnlineView } from '../../../../reconciler/core/online-view.ts'
import { openOnlineStore } from '../../../../reconciler/cli/serve/online-store.ts'
import { ensureView, setWatermark } from '../../../../reconciler/database/online-view-queries.ts'
import { openPool, type Pool } from '../../../../reconciler/database/pool.ts'
import { createTestDatabase } from '../../../support/database.ts'
import { writeOnlineRows } from '../../../support/online-lines.ts'

export const dataTime = '2013-01-01T08:00:00.000Z'
/** `date -u -d 2013-01-01T08:00:00Z +%s`, in microseconds. */
export const eightUs = 1_357_027_200_000_000n
export const hourUs = 3_600_000_000n

export const weather: OnlineView = {
  name: 'weather',
  digest: digestValue('weather'),
  keys: [{ name: 'airport', dtype: 'string' }],
  features: [
    { name: 'wind_speed', dtype: 'float32' },
    { name: 'sky', dtype: 'string' },
    { name: 'wind_max_6h', dtype: 'float32' },
    { name: 'rows_6h', dtype: 'int64' },
  ],
  ttlMs: 3 * 3_600_000,
  aggregations: ['wind_max_6h', 'rows_6h'],
  counts: ['rows_6h'],
  isPushed: false,
}

export const routes: OnlineView = {
  name: 'routes',
  digest: digestValue('routes'),
  keys: [
    { name: 'origin', dtype: 'string' },
    { name: 'dest', dtype: 'string' },
  ],
  features: [
    { name: 'delay', dtype: 'float64' },
    { name: 'flights', dtype: 'int64' },
    { name: 'open', dtype: 'bool' },
    { name: 'since', dtype: 'timestamp' },
  ],
  ttlMs: null,
  aggregations: [],
  isPushed: false,
}

export const clicks: OnlineView = {
  name: 'clicks',
  digest: digestValue('clicks'),
  keys: [{ name: 'user', dtype: 'int64' }],
  features: [
    { name: 'rate', dtype: 'float32' },
    { name: 'last_page', dtype: 'string' },
    { name: 'total', dtype: 'int64' },
    { name: 'at', dtype: 'timestamp' },
  ],
  ttlMs: 3_600_000,
  aggregations: [],
  isPushed: true,
}

/** Its rows were never computed to the end. */
export const unfilled: OnlineView = { ...routes, name: 'unfilled', digest: digestValue('unfilled') }

export interface StoreRow {
  readonly key: readonly FeatureValue[]
  readonly eventUs: bigint | null
  readonly values: readonly FeatureValue[]
}

export async function openStore(environment = 'production') {
  const database = await createTestDatabase()
  const pool = openPool(database.url, { applicationName: 'features test' })
  const store = openOnlineStore(database.url, environment)
  return {
    url: database.url,
    pool,
    store,
    fill: (view: OnlineView, watermarkUs: bigint | null, rows: readonly StoreRow[]) =>
      fill({ pool, environment }, view, watermarkUs, rows),
    async close() {
      await Promise.all([store.close(), pool.end()])
      await database.drop()
    },
  }
}

interface Place {
  readonly pool: Pool
  readonly environment: string
}

async function fill({ pool, environment }: Place, view: OnlineView, watermarkUs: bigint | null, rows: readonly StoreRow[]) {
  const { id } = await ensureView(pool, environment, view)
  const stored = rows.map(({ key, eventUs, values }) => ({
    key: encodeEntityKey(key),
    eventUs,
    createdUs: eventUs,
    values: JSON.stringify(values.map(encodeFeatureValue)),
  }))
  await writeOnlineRows(pool, id, watermarkUs ?? 0n, stored)
  if (watermarkUs !== null)
    await setWatermark(pool, id, { asOfUs: watermarkUs, fingerprint: 'f', dataFiles: null, isSettled: false })
}
