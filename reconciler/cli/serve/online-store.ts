/** The data plane's online store on Postgres: reads of one round trip, and pushes that are committed when they are answered. */
import { onlineReadSettings, readOnline } from '../../database/online-queries.ts'
import { openPool } from '../../database/pool.ts'
import { pushRows } from '../../database/push-queries.ts'
import type { Queryable } from '../../database/queryable.ts'
import { withTransaction } from '../../database/transaction.ts'
import type { ClosableStore } from './open-when-used.ts'

/** Connections of one worker: more would only wait for the database's cores. */
const size = 4
/** A read is given up earlier (`featureReadMs`); this frees the server's side of it. */
const readTimeoutMs = 2_000
const pushTimeoutMs = 10_000

/** Connects when it is first used. Throws `database-unavailable`, `timeout` and `conflict`: the caller's to retry. */
export function openOnlineStore(url: string, environment: string): ClosableStore {
  const reads = openPool(url, {
    applicationName: 'mainward serve: features',
    statementTimeoutMs: readTimeoutMs,
    size,
    settings: onlineReadSettings,
  })
  const pushes = openPool(url, { applicationName: 'mainward serve: pushes', statementTimeoutMs: pushTimeoutMs, size: 2 })
  return {
    read: (requests) => readOnline(reads, environment, requests),
    async push(wanted, createdUs) {
      const writeTo = async (database: Queryable): Promise<void> => {
        for (const { view, rows } of wanted) await pushRows(database, environment, view, rows.map((row) => ({ ...row, createdUs }))) // prettier-ignore
      }
      // One statement is a transaction of its own.
      await (wanted.length === 1 ? writeTo(pushes) : withTransaction(pushes, writeTo))
    },
    async close() {
      await Promise.all([reads.end(), pushes.end()])
    },
  }
}
