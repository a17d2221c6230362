// Rows of three views in the online store of a bench database, the same rows in the floor's table, and requests for them with the
// answers that are right.
import { digestValue } from '../../../dist/core/digest.js'
import { ensureView, setWatermark } from '../../../dist/database/online-view-queries.js'
import { openPool } from '../../../dist/database/pool.js'
import { seededRandom } from '../load/seeded-random.mjs'
import { columnsOf, views } from './feature-data.mjs'

const path = '/get-online-features'
const names = views.flatMap((view) => columnsOf(view).map((column) => `${view.name}:${column}`))

export const onlineViews = views.map((view) => ({
  name: view.name,
  digest: digestValue(view.name),
  keys: [{ name: 'entity_id', dtype: 'int64' }],
  features: columnsOf(view).map((name) => ({ name, dtype: 'float64' })),
  ttlMs: view.ttlDays * 86_400_000,
  aggregations: [],
  isPushed: false,
}))

/** As Postgres and this program compute it, to some digits. */
const valueOf = (entity, index) => Math.sin(entity + index) * 100

/** Fills both stores; the rows are an hour old. */
export async function fillStores(database, environment, entities) {
  const pool = openPool(database.url, { applicationName: 'bench', statementTimeoutMs: 0 })
  const asOfUs = BigInt(Date.now() - 3_600_000) * 1000n
  await pool.query('create table floor_rows (key text primary key, ts timestamptz not null, v jsonb not null)')
  for (const view of onlineViews) {
    const { id } = await ensureView(pool, environment, view)
    await pool.query(
      `insert into online_rows select $1, '["' || n || '"]', $2, $2, $2, (select '[' || string_agg((sin(n + j) * 100)::text, ',' order by j) || ']'
       from generate_series(0, $3::int - 1) j) from generate_series(0, $4::int - 1) n`,
      [id, asOfUs, view.features.length, entities],
    )
    await setWatermark(pool, id, { asOfUs, fingerprint: 'bench', dataFiles: null, isSettled: false })
    await pool.query(
      `insert into floor_rows select $2 || ':' || (entity_key::jsonb ->> 0), now(), feature_values::jsonb from online_rows where view_id = $1`,
      [id, view.name],
    )
  }
  await pool.query('analyze')
  await pool.end()
}

/** `count` requests, each for so many entities drawn with a fixed seed. */
export function drawRequests(count, size, entities) {
  const random = seededRandom(size)
  return Array.from({ length: count }, () => {
    const ids = Array.from({ length: size }, () => Math.floor(random() * entities))
    return { path, ids, body: JSON.stringify({ features: names, entities: { entity_id: ids } }) }
  })
}

/** Throws unless the answer has every value of the request's entities. */
export function assertOurs({ status, body }, { ids }) {
  if (status !== 200) throw new Error(`expected 200, found ${status}: ${body.toString().slice(0, 300)}`)
  const { results } = JSON.parse(body.toString())
  let at = 1
  for (const { features } of onlineViews) {
    features.forEach((_, index) => {
      const { values, statuses } = results[at++]
      ids.forEach((id, row) => assertNear(values[row], valueOf(id, index), statuses[row]))
    })
  }
}

export function assertFloor({ status, body }, { ids }) {
  if (status !== 200) throw new Error(`expected 200, found ${status}: ${body.toString().slice(0, 300)}`)
  const found = new Map(JSON.parse(body.toString()).map(({ key, v }) => [key, v]))
  for (const { name, features } of onlineViews) {
    for (const id of ids)
      features.forEach((_, index) => assertNear(found.get(`${name}:${id}`)[index], valueOf(id, index), 'PRESENT'))
  }
}

function assertNear(found, expected, status) {
  if (status === 'PRESENT' && Math.abs(found - expected) < 1e-9) return
  throw new Error(`expected ${expected}, found ${found} (${status})`)
}
