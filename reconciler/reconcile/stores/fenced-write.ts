/** Every write of state on Postgres: one transaction that holds the leader's epoch. */
import { assertEpoch } from '../../database/leader-queries.ts'
import type { Connection, Pool } from '../../database/pool.ts'
import { withTransaction } from '../../database/transaction.ts'

export interface StorePlace {
  readonly pool: Pool
  readonly environment: string
}

/** Throws `leadership-lost` when another epoch has begun; then nothing is written. */
export function fencedWrite<T>(
  { pool, environment }: StorePlace,
  epoch: number,
  work: (transaction: Connection) => Promise<T>,
): Promise<T> {
  return withTransaction(pool, async (transaction) => {
    await assertEpoch(transaction, environment, epoch)
    return work(transaction)
  })
}
