// One golden case: its rows and labels as tables, the join that the builder writes, and what it gave.
import { buildJoin } from '../../dist/features/join/build-join.js'
import { parseInstant } from './parse-instant.mjs'
import { wholeMicroseconds } from './read-cases.mjs'

const quoted = (name) => `"${name.replaceAll('"', '""')}"`

/** Keys of any type compare as in JSON: 1 is not "1", but it is 1.0. */
const keyText = (value) => (value === null || value === undefined ? null : JSON.stringify(value))

/** A column of the values' own type where they share one, so that types are tried too; JSON text where they do not. */
function valueColumn(values) {
  const types = new Set(values.filter((value) => value !== null && value !== undefined).map((value) => typeof value))
  const only = types.size === 1 ? [...types][0] : 'json'
  if (only === 'number') return { type: 'DOUBLE', write: (value) => value, read: (value) => value }
  if (only === 'boolean') return { type: 'BOOLEAN', write: (value) => value, read: (value) => value }
  if (only === 'string') return { type: 'VARCHAR', write: (value) => value, read: (value) => value }
  return { type: 'VARCHAR', write: (value) => JSON.stringify(value), read: (value) => JSON.parse(value) }
}

/** A statement a row would take minutes for files of a hundred thousand labels. */
const rowsAtOnce = 100

async function fill(engine, table, columns, rows) {
  await engine.query(
    `CREATE OR REPLACE TABLE ${quoted(table)} (${columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ')})`,
  )
  // Times travel as whole microseconds: a client may know times in milliseconds only.
  const placeholder = ({ type }, index) =>
    type === 'TIMESTAMP' ? `make_timestamp(CAST($${index + 1} AS BIGINT))` : `CAST($${index + 1} AS ${type})`
  const rowOf = (place) => `(${columns.map((column, index) => placeholder(column, place * columns.length + index)).join(', ')})`
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const some = rows.slice(start, start + rowsAtOnce)
    await engine.query(`INSERT INTO ${quoted(table)} VALUES ${some.map((_, place) => rowOf(place)).join(', ')}`, some.flat())
  }
}

/** Null without a time; the rule's own program takes an empty text for none too. */
const timeOf = (text) => (text === null || text === undefined || text === '' ? null : String(parseInstant(text)))

export async function runCase(engine, { entities, ttl_us: ttl, features, labels }) {
  const value = valueColumn(features.map((row) => row.value))
  // Without entities there is one of them, and every row describes it.
  const named = entities.length > 0 ? entities : [null]
  const keys = named.map((entity, index) => ({ name: `key ${index}`, entity, type: 'VARCHAR' }))
  const keysOf = (row) => keys.map(({ entity }) => (entity === null ? 'all' : keyText(row[entity])))
  await fill(
    engine,
    'view:case',
    [...keys, ...time('__event'), ...time('__created'), { name: 'value', type: value.type }, { name: '__row', type: 'BIGINT' }],
    features.map((row, place) => [
      ...keysOf(row),
      timeOf(row.event_time),
      timeOf(row.created_time),
      row.value === null || row.value === undefined ? null : value.write(row.value),
      String(place),
    ]),
  )
  await fill(
    engine,
    'labels',
    [{ name: '__row', type: 'BIGINT' }, ...time('__at'), ...keys],
    labels.map((row, place) => [String(place), timeOf(row.t), ...keysOf(row)]),
  )
  const request = (isSparse) => ({
    labels: 'labels',
    keep: [],
    asOfUs: null,
    views: [
      {
        prefix: 'case',
        relation: 'view:case',
        keys: keys.map(({ name }) => ({ column: name, label: name })),
        isStatic: false,
        isSparse,
        rowKey: [],
        ttlUs: wholeMicroseconds(ttl),
        grid: null,
        take: [{ type: 'feature', column: 'value', as: 'value' }],
      },
    ],
  })
  const [rows, again] = [await engine.query(buildJoin(request(false))), await engine.query(buildJoin(request(true)))]
  const shown = (each) => [each.value, each['__found:case']]
  if (JSON.stringify(rows.map(shown)) !== JSON.stringify(again.map(shown))) throw new Error('label by label it is another join')
  return {
    expected: rows.map((row) => (row.value === null ? null : value.read(row.value))),
    found: rows.map((row) => row['__found:case']),
  }
}

function time(name) {
  return [{ name, type: 'TIMESTAMP' }]
}
