// A view with one row for each entity, of which one in a hundred is followed by a newer one an hour later; and the definitions of it.
import { DuckDBInstance } from '@duckdb/node-api'
import { digestValue } from '../../../dist/core/digest.js'
import { onlineView } from '../../../dist/manifests/online-views.js'

const hourUs = 3_600_000_000
const startUs = Date.UTC(2026, 0, 1) * 1000

/** Times of the view's grid: all rows but the newer ones are known, those too, and nothing more than before. */
export const grid = {
  first: BigInt(startUs + 24 * hourUs),
  second: BigInt(startUs + 25 * hourUs),
  third: BigInt(startUs + 26 * hourUs),
}

const names = Array.from({ length: 8 }, (_, index) => `f${index}`)

export async function writeFillData(folder, entities) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  const isNew = `range >= ${entities}`
  const values = names.map((name, index) => `(hash(range, ${index}) % 1000003) / 997.0::DOUBLE AS ${name}`)
  await connection.run(
    `COPY (SELECT CASE WHEN ${isNew} THEN (range - ${entities}) * 100 ELSE range END AS entity_id,
       make_timestamptz(${startUs} + (hash(range, 9) % ${hourUs})::BIGINT + CASE WHEN ${isNew} THEN ${24 * hourUs} ELSE 0 END - 1) AS event_timestamp,
       ${values.join(', ')} FROM range(${entities} + ${Math.floor(entities / 100)})) TO '${folder}/readings.parquet' (FORMAT parquet)`,
  )
  instance.closeSync()
}

const float64 = (name) => ({ name, dtype: 'float64' })

export function fillDefinitions() {
  const keys = [{ name: 'entity_id', dtype: 'int64' }]
  const times = { eventTime: 'event_timestamp', createdTime: null, rowKey: [] }
  const source = {
    name: 'readings',
    place: { type: 'files', format: 'parquet', pattern: 'readings.parquet', partitions: [] },
    columns: [...keys, { name: 'event_timestamp', dtype: 'timestamp' }, ...names.map(float64)],
    ...times,
    timeZone: null,
  }
  const definition = {
    name: 'readings_now',
    entities: [{ name: 'entity', columns: { entity_id: 'entity_id' } }],
    inputs: [{ kind: 'DataSource', name: 'readings' }],
    transform: null,
    ...times,
    ttlMs: null,
    features: names.map(float64),
    aggregations: [],
    online: { type: 'grid', refreshMs: 3_600_000, lagMs: 0 },
  }
  const materials = {
    entities: new Map([['entity', { name: 'entity', keys }]]),
    sources: new Map([['readings', source]]),
    views: new Map([['readings_now', definition]]),
  }
  return { materials, view: onlineView(definition, materials.entities, digestValue(definition)) }
}
