/** Reads the rows of somebody else's query: in one read-only snapshot, through a cursor, as text. Knows no table. */
import pg from 'pg'
import { MainwardError } from '../core/error.ts'
import { explainDatabaseError } from './database-error.ts'

interface ReadColumn {
  readonly name: string
  /** `pg_type.typname`. */
  readonly type: string
}

export interface ReadRows {
  readonly columns: readonly ReadColumn[]
  /** In Postgres' text form; times with a zone are in UTC. */
  readonly batches: AsyncIterable<readonly (readonly (string | null)[])[]>
}

export interface QueryReaderOptions {
  /** The server stops a single fetch that takes longer, in milliseconds. */
  readonly statementTimeoutMs: number
  /** Rows that are in memory at a time. Default 5000. */
  readonly batchRows?: number
}

type Batch = pg.QueryArrayResult<(string | null)[]>

const connectTimeoutMs = 10_000
const cursor = 'mainward_source'
const settings =
  `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local extra_float_digits = 1; ` +
  `set local client_encoding = 'UTF8'; set local bytea_output = 'hex'`

/** `read` runs `use` with the rows of one statement, and closes the connection in any case. */
export function openQueryReader(options: QueryReaderOptions) {
  return {
    async read<T>(connection: string, query: string, use: (rows: ReadRows) => Promise<T>): Promise<T> {
      const client = connect(connection, options.statementTimeoutMs)
      try {
        await explained(client.connect())
        await explained(client.query('begin isolation level repeatable read read only'))
        await explained(client.query(settings))
        // The extended protocol takes one statement alone: nothing behind a semicolon leaves the read-only transaction.
        await explained(extended(client, `declare ${cursor} no scroll cursor for ${query}`))
        return await use(await openRows(client, options.batchRows ?? 5_000))
      } finally {
        await client.end().catch(() => undefined)
      }
    },
  }
}

/** The address may hold a password: what it is wrong in is not told. */
function connect(connectionString: string, statementTimeoutMs: number): pg.Client {
  try {
    const client = new pg.Client({
      connectionString,
      application_name: 'mainward source',
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      keepAlive: true,
    })
    // A connection that breaks between two fetches is told by the next one.
    client.on('error', () => undefined)
    return client
  } catch {
    throw new MainwardError('invalid-input', 'the connection of a source is no address of Postgres', {
      hint: 'write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE in the secret',
    })
  }
}

async function openRows(client: pg.Client, batchRows: number): Promise<ReadRows> {
  const fetch = (): Promise<Batch> => explained(extended(client, `fetch ${batchRows} from ${cursor}`))
  const first = await fetch()
  const names = await typeNames(client, first)
  return {
    columns: first.fields.map(({ name, dataTypeID }) => ({ name, type: names.get(dataTypeID) ?? String(dataTypeID) })),
    batches: readBatches(first, batchRows, fetch),
  }
}

async function* readBatches(first: Batch, batchRows: number, fetch: () => Promise<Batch>) {
  for (let batch = first; batch.rows.length > 0; batch = await fetch()) {
    yield batch.rows
    if (batch.rows.length < batchRows) return
  }
}

async function typeNames(client: pg.Client, { fields }: Batch): Promise<ReadonlyMap<number, string>> {
  const ids = [...new Set(fields.map(({ dataTypeID }) => dataTypeID))]
  const { rows } = await explained(
    client.query<{ id: number; name: string }>('select oid::int as id, typname as name from pg_type where oid = any($1)', [ids]),
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}

function extended(client: pg.Client, text: string): Promise<Batch> {
  const query = {
    text,
    rowMode: 'array' as const,
    queryMode: 'extended',
    types: { getTypeParser: () => (value: string) => value },
  }
  return client.query<(string | null)[]>(query as pg.QueryArrayConfig)
}

async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw explainDatabaseError(error)
  }
}
