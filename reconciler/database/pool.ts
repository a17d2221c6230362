/** Connections to Postgres: a pool, single connections, and waiting for a server. Knows no query of ours. */
import { once } from 'node:events'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { MainwardError } from '../core/error.ts'
import { explainDatabaseError } from './database-error.ts'
import type { Queryable } from './queryable.ts'

/** One connection, for its holder alone. Its failures with a known cause are MainwardErrors. */
export interface Connection extends Queryable {
  /** Calls back once, at once if it happened already, when the connection broke. */
  onLost(listener: (error: Error) => void): void
  /** Calls back with the payload of every notification on a channel that this connection listens to. */
  onNotification(listener: (payload: string) => void): void
  /** Runs a `copy … from stdin` with the rows' text (COPY's text format). */
  copyFrom(sql: string, rows: string): Promise<void>
  /** Gives it back to its pool, or closes it when it has none or `destroy` is set. */
  release(destroy?: boolean): Promise<void>
}

/** Failures with a known cause are MainwardErrors. */
export interface Pool extends Queryable {
  /** A connection of the pool; the caller releases it. */
  connect(): Promise<Connection>
  end(): Promise<void>
}

export interface ConnectionOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  /** The server stops a statement that takes longer; 0: never. Default 30 s. */
  readonly statementTimeoutMs?: number
  /** Connections at most. Default 5. */
  readonly size?: number
  /** Settings of the server for these connections, by name (PostgreSQL, 20.1.3). Names and values of ours: letters, digits and _. */
  readonly settings?: Readonly<Record<string, string>>
  /** Gets the failures of idle connections; the pool replaces those itself. */
  readonly onIdleError?: (error: Error) => void
}

const defaultStatementTimeoutMs = 30_000
/** A frozen server answers nothing: the client gives up this much after the server should have. */
const answerGraceMs = 5_000
const connectTimeoutMs = 5_000
/** Long enough for any client that is not frozen: our transactions do not wait for anything but the server. */
const idleTransactionMs = 15_000

/** Opens a pool. Nothing is connected before the first query. */
export function openPool(url: string, options: ConnectionOptions): Pool {
  const pool = new pg.Pool({ ...clientConfig(url, options), max: options.size ?? 5, idleTimeoutMillis: 30_000 })
  pool.on('error', (error) => options.onIdleError?.(error))
  return {
    query: (text, values, name) => runQuery(pool, { text, values, name }),
    async connect() {
      const client = await explained(pool.connect())
      return wrapClient(client, (destroy) => {
        client.release(destroy)
        return Promise.resolve()
      })
    },
    end: () => pool.end(),
  }
}

/** Opens a connection outside of any pool, for what lives as long as the connection does (locks, notifications). */
export async function openConnection(url: string, options: ConnectionOptions): Promise<Connection> {
  const client = new pg.Client(clientConfig(url, options))
  const connection = wrapClient(client, () => client.end())
  await explained(client.connect())
  return connection
}

/** Waits until the database answers; throws what the last attempt said after the time, or when it can never work. */
export async function waitForDatabase(database: Queryable, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 1_000)) {
    try {
      await database.query('select 1')
      return
    } catch (error) {
      const mayHelp = error instanceof MainwardError && error.retry !== 'never'
      if (!mayHelp || Date.now() + pauseMs > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

function clientConfig(url: string, options: ConnectionOptions): pg.ClientConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs
  return {
    connectionString: url,
    application_name: options.applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ...(statementTimeoutMs === 0
      ? {}
      : { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + answerGraceMs }),
    ...(options.settings === undefined ? {} : { options: settingsText(options.settings) }),
    // The transaction of a frozen client must not hold its locks for ever: a standby waits for them, as long as for a heartbeat.
    idle_in_transaction_session_timeout: idleTransactionMs,
  }
}

function settingsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

type Client = pg.Pool | pg.ClientBase

interface Query {
  readonly text: string
  readonly values: unknown[] | undefined
  readonly name: string | undefined
}

function runQuery<Row extends pg.QueryResultRow>(client: Client, { text, values, name }: Query): Promise<pg.QueryResult<Row>> {
  return explained(name === undefined ? client.query<Row>(text, values) : client.query<Row>({ name, text, values: values ?? [] }))
}

function wrapClient(client: pg.ClientBase, close: (destroy: boolean) => Promise<void>): Connection {
  const state: { lost: Error | null; released: boolean } = { lost: null, released: false }
  const listeners: ((error: Error) => void)[] = []
  const lose = (error: Error): void => {
    if (state.lost !== null || state.released) return
    state.lost = error
    for (const listener of listeners) listener(error)
  }
  const loseQuietly = (): void => {
    lose(new Error('the connection ended'))
  }
  client.on('error', lose)
  client.on('end', loseQuietly)
  return {
    query: (text, values, name) => runQuery(client, { text, values, name }),
    copyFrom: (sql, rows) => explained(copyRows(client, sql, rows)),
    onLost(listener) {
      if (state.lost === null) listeners.push(listener)
      else listener(state.lost)
    },
    onNotification(listener) {
      client.on('notification', ({ payload }) => {
        listener(payload ?? '')
      })
    },
    async release(destroy = false) {
      if (state.released) return
      state.released = true
      client.off('end', loseQuietly)
      await close(destroy || state.lost !== null)
      if (state.lost === null && !destroy) client.off('error', lose)
    },
  }
}

/** The stream errs when the connection breaks; a server that freezes is cut by the connection's query timeout. */
async function copyRows(client: pg.ClientBase, sql: string, rows: string): Promise<void> {
  const stream = client.query(copyFrom(sql))
  stream.end(rows)
  await once(stream, 'finish')
}

async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw explainDatabaseError(error)
  }
}
