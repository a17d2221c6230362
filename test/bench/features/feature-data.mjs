// The data of the feature benchmarks, made by DuckDB from a fixed seed: labels and three views, with what real data has: late rows,
// restatements, nulls, labels at the very time of an event or exactly `ttl` after it, duplicate labels, unknown entities.
import { DuckDBInstance } from '@duckdb/node-api'

const dayUs = 86_400_000_000
const startUs = Date.UTC(2026, 0, 1) * 1000
const spanUs = 180 * dayUs

/** After everything that is known. */
export const asOfUs = BigInt(startUs + 300 * dayUs)

export const views = [
  { name: 'activity', columns: 8, ttlDays: 7, share: 1 },
  { name: 'profile', columns: 4, ttlDays: 30, share: 5 },
  { name: 'account', columns: 2, ttlDays: 90, share: 50 },
]

export function columnsOf({ name, columns }) {
  return Array.from({ length: columns }, (_, index) => `${name}_f${index}`)
}

/** How much there is for so many rows of the largest view. */
export function sizesOf(rows) {
  return { labels: Math.round(rows / 5), entities: Math.round(rows / 50), rowsOf: ({ share }) => Math.round(rows / share) }
}

/** A whole number from 0 to `below`, and a number within (0, 1): the same for the same row and salt. */
const whole = (row, salt, below) => `(hash(${row}, ${salt}) % ${below})::BIGINT`
const unit = (row, salt) => `((hash(${row}, ${salt}) % 1000003 + 1) / 1000005.0::DOUBLE)`

/** Entity and event time of the row `row` of a view. */
const entity = (view, row, entities) => whole(row, 10 + view.share, entities)
const event = (view, row) => `(${startUs - 5 * dayUs} + ${whole(row, 100 + view.share, spanUs + 5 * dayUs)})`

function viewSelect(view, rows, entities) {
  const restated = Math.floor(rows / 100)
  const first = rows - restated
  const late = `${whole('s', 201, 100)} < 5`
  const delay = `CASE WHEN ${late} THEN 3600000000 + ${whole('s', 202, 10 * dayUs)} ELSE 1000000 + (-ln(${unit('s', 203)}) * 300000000)::BIGINT END`
  const again = `CASE WHEN r >= ${first} THEN 60000000 + ${whole('r', 204, 5 * dayUs)} ELSE 0 END`
  const values = columnsOf(view).map((name, index) => {
    const normal = `sqrt(-2 * ln(${unit('r', 300 + index)})) * cos(2 * pi() * ${unit('r', 400 + index)})`
    return `CASE WHEN ${whole('r', 500 + index, 100)} > 0 THEN ${normal} * ${index + 1} + ${view.share} END AS ${name}`
  })
  return `SELECT ${entity(view, 's', entities)} AS entity_id, make_timestamptz(${event(view, 's')}) AS event_timestamp,
    make_timestamptz(${event(view, 's')} + ${delay} + ${again}) AS created_timestamp, ${values.join(', ')}
    FROM (SELECT range AS r, CASE WHEN range < ${first} THEN range ELSE ${whole('range', 205, first)} END AS s FROM range(${rows})) ORDER BY r`
}

function labelSelect({ labels, entities, rowsOf }) {
  const own = (view) => whole('s', 206, rowsOf(view) - Math.floor(rowsOf(view) / 100))
  const atEvent = (place) => views.map((view, index) => `WHEN ${place} + ${index} THEN ${event(view, own(view))}`).join(' ')
  const onEdge = (place) => views.map((view, index) => `WHEN ${place} + ${index} THEN ${event(view, own(view))} + ${view.ttlDays * dayUs}`).join(' ') // prettier-ignore
  const ofView = (place) =>
    views.map((view, index) => `WHEN ${place} + ${index} THEN ${entity(view, own(view), entities)}`).join(' ')
  return `SELECT r AS row_id,
    CASE s % 600 ${ofView(0)} ${ofView(10)} WHEN 20 THEN ${entities} + s WHEN 21 THEN ${entities} + s WHEN 22 THEN ${entities} + s
      ELSE ${whole('s', 207, entities)} END AS entity_id,
    make_timestamptz(CASE s % 600 ${atEvent(0)} ${onEdge(10)} ELSE ${startUs} + ${whole('s', 208, spanUs)} END) AS event_timestamp,
    ${whole('r', 209, 2)} AS label
    FROM (SELECT range AS r, CASE WHEN range % 1000 = 999 THEN range - 500 ELSE range END AS s FROM range(${labels})) ORDER BY r`
}

/** Writes `labels.parquet` and one file for each view. */
export async function writeFeatureData(folder, rows) {
  const sizes = sizesOf(rows)
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  const write = (name, select) =>
    connection.run(`COPY (${select}) TO '${folder}/${name}.parquet' (FORMAT parquet, COMPRESSION zstd)`)
  await connection.run(`SET TimeZone = 'UTC'`)
  for (const view of views) await write(view.name, viewSelect(view, sizes.rowsOf(view), sizes.entities))
  await write('labels', labelSelect(sizes))
  connection.closeSync()
  instance.closeSync()
}

/**
 * What a person would write for the same values: of each view only the rows that are the newest when they become known, then one ASOF
 * join on that time.
 */
export function joinByHand(folder) {
  const parts = views.map((view) => {
    const packed = 'event_us::HUGEINT * 4611686018427387904 + created_us'
    return `${view.name} AS (SELECT * FROM (
      SELECT *, ${packed} AS p, max(${packed}) OVER (PARTITION BY entity_id ORDER BY known RANGE UNBOUNDED PRECEDING) AS m
      FROM (SELECT entity_id, epoch_us(event_timestamp) AS event_us, epoch_us(created_timestamp) AS created_us,
              greatest(event_timestamp, created_timestamp) AS known, ${columnsOf(view).join(', ')}
            FROM read_parquet('${folder}/${view.name}.parquet'))) WHERE p = m)`
  })
  const joins = views.map(({ name }) => `ASOF LEFT JOIN ${name} ON l.entity_id = ${name}.entity_id AND l.event_timestamp >= ${name}.known`) // prettier-ignore
  const values = views.flatMap(
    (view) =>
    columnsOf(view).map((column) => `CASE WHEN ${view.name}.event_us >= epoch_us(l.event_timestamp) - ${view.ttlDays * dayUs} THEN ${view.name}.${column} END AS ${column}`), // prettier-ignore
  )
  return `WITH ${parts.join(', ')} SELECT l.row_id, l.entity_id, l.event_timestamp, ${values.join(', ')}, l.label
    FROM read_parquet('${folder}/labels.parquet') l ${joins.join(' ')} ORDER BY l.row_id`
}

const source = (name, columns) => ({
  name,
  place: { type: 'files', format: 'parquet', pattern: `${name}.parquet`, partitions: [] },
  columns,
  eventTime: 'event_timestamp',
  createdTime: name === 'labels' ? null : 'created_timestamp',
  timeZone: null,
  rowKey: [],
})
const int64 = (name) => ({ name, dtype: 'int64' })
const timestamp = (name) => ({ name, dtype: 'timestamp' })
const float64 = (name) => ({ name, dtype: 'float64' })
const byName = (list) => new Map(list.map((each) => [each.name, each]))

/** The definitions of all of it, as validation gives them, and what a model learns from it. */
export function featureDefinitions() {
  const keys = [int64('entity_id'), timestamp('event_timestamp')]
  const sources = [
    source('labels', [int64('row_id'), ...keys, int64('label')]),
    ...views.map((view) => source(view.name, [...keys, timestamp('created_timestamp'), ...columnsOf(view).map(float64)])),
  ]
  const defined = views.map((view) => ({
    name: view.name,
    entities: [{ name: 'entity', columns: { entity_id: 'entity_id' } }],
    inputs: [{ kind: 'DataSource', name: view.name }],
    transform: null,
    eventTime: 'event_timestamp',
    createdTime: 'created_timestamp',
    rowKey: [],
    ttlMs: (view.ttlDays * dayUs) / 1000,
    features: columnsOf(view).map(float64),
    aggregations: [],
    online: null,
  }))
  const training = {
    model: 'bench',
    features: views.map((view) => ({ view: view.name, join: { entity_id: 'entity_id' }, as: null, take: columnsOf(view) })),
    requestFeatures: [],
    onDemand: [],
    onDemandOnly: [],
    weights: null,
    label: { source: 'labels', column: 'label', predictAt: 'event_timestamp', knownAt: null },
    split: null,
    evaluation: { resampleBy: null, slices: [] },
  }
  const definitions = {
    entities: byName([{ name: 'entity', keys: [int64('entity_id')] }]),
    sources: byName(sources),
    sourceRules: new Map(),
    views: byName(defined),
    viewRules: new Map(),
    training: byName([]),
  }
  return { definitions, training }
}

/** Files of a folder, by their names. */
export function folderFiles(folder) {
  return { list: async (path) => [{ path, localPath: `${folder}/${path}`, version: 'never changed' }] }
}
