/** Rows of a query into one table: the types of the database are checked, then its text is read strictly. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { SourceColumn, SourceDefinition } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Cell, Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import type { QueryReader, QueryRows, SecretReader } from '../ports.ts'
import { planTyped } from './column-plan.ts'
import { parseCell } from './query-cell.ts'
import { sourceError } from './source-error.ts'
import type { SourceParts } from './source-part.ts'
import { sqlTypes } from './sql-types.ts'

/** Types of Postgres whose every value the dtype holds. */
const fitting: Readonly<Record<FeatureDtype, readonly string[]>> = {
  bool: ['bool'],
  int32: ['int2', 'int4'],
  int64: ['int2', 'int4', 'int8'],
  float32: ['int2', 'float4'],
  float64: ['int2', 'int4', 'float4', 'float8'],
  string: ['text', 'varchar', 'bpchar', 'name', 'uuid'],
  timestamp: ['timestamptz', 'timestamp', 'date'],
}

interface Found {
  readonly column: SourceColumn
  readonly at: number
  readonly type: string
}

/** The table is `raw:NAME`; its `rowid` is the row's number. */
export async function loadQuery(
  engine: Engine,
  definition: SourceDefinition,
  ports: { readonly queries: QueryReader; readonly secrets: SecretReader },
): Promise<SourceParts> {
  const { name, place, timeZone } = definition
  if (place.type !== 'postgres') throw new Error(`${name} is no query`)
  const connection = await ports.secrets.read(place.connection)
  const found = await explained(
    name,
    ports.queries.read(connection, place.query, (rows) => load(engine, definition, rows)),
  )
  const columns = found.map(({ column, type }) => {
    const plan = planTyped(
      column,
      { sql: quoteName(column.name), type: sqlTypes[column.dtype] },
      type === 'timestamptz' ? null : timeZone,
    )
    if (plan === null) throw new Error(`a table of ${name} has the declared types`)
    return plan
  })
  const part = { from: quoteName(`raw:${name}`), row: 'rowid', columns, checks: columns.flatMap(({ checks }) => checks) }
  return { parts: [part], filesRead: 0, placeOf: () => Promise.resolve(null) }
}

async function load(engine: Engine, definition: SourceDefinition, rows: QueryRows): Promise<readonly Found[]> {
  const { name } = definition
  const found = definition.columns.map((column) => findColumn(name, column, rows))
  const columns = definition.columns.map((column) => ({ name: column.name, type: sqlTypes[column.dtype] }))
  await engine.load(`raw:${name}`, columns, parse(name, found, rows))
  return found
}

function findColumn(source: string, column: SourceColumn, { columns }: QueryRows): Found {
  const at = columns.findIndex(({ name }) => name === column.name)
  const type = columns[at]?.type
  if (type === undefined) {
    const names = columns.map(({ name }) => name).join(', ')
    throw sourceError(
      source,
      `the query has no column ${column.name}; it has ${names}`,
      'name it with AS in the query (case counts)',
    )
  }
  if (fitting[column.dtype].includes(type)) return { column, at, type }
  const hint = `cast it in the query: expected ${fitting[column.dtype].join(', ')}`
  throw sourceError(source, `column ${column.name} is declared ${column.dtype}, and is ${type} in the query`, hint)
}

async function* parse(
  source: string,
  found: readonly Found[],
  { batches }: QueryRows,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  let row = 0
  for await (const batch of batches) {
    yield batch.map((texts) => {
      const cells = found.map((each) => readCell(source, each, texts[each.at] ?? null, row))
      row += 1
      return cells
    })
  }
}

function readCell(source: string, { column }: Found, text: string | null, row: number): Cell {
  if (text === null) return null
  const cell = parseCell(column.dtype, text)
  if (cell !== undefined) return cell
  throw sourceError(
    source,
    `row ${row}: column ${column.name}: ${text} is no ${column.dtype}`,
    'leave such rows out in the query',
  )
}

/** What Postgres says about a wrong query is not ours to know: it becomes the source's error. */
async function explained<T>(source: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    if (thrown instanceof MainwardError) throw thrown
    throw sourceError(source, `the query failed: ${messageOf(thrown)}`, 'run it with psql as the same user', thrown)
  }
}
