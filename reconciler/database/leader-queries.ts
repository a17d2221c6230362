/** Leadership: an advisory lock on one connection, an epoch that fences every write, a heartbeat that a standby watches. */
import { MainwardError } from '../core/error.ts'
import type { Queryable } from './queryable.ts'

/** Tries to take the lock of an environment for the life of this connection. */
export async function tryLeaderLock(connection: Queryable, environment: string): Promise<boolean> {
  const { rows } = await connection.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(hashtextextended('mainward leader ' || $1, 0)) as locked`,
    [environment],
  )
  return rows[0]?.locked === true
}

/**
 * Begins a new epoch for the holder of the lock. Returns it. `firstEpoch` is that of an environment without a leader so
 * far: larger than any before, also when an earlier database is gone (the seconds of the wall clock are).
 */
export async function beginEpoch(
  connection: Queryable,
  environment: string,
  holder: string,
  firstEpoch: number,
): Promise<number> {
  const { rows } = await connection.query<{ epoch: string }>(
    `insert into leaders as l (environment, epoch, holder, backend_pid)
     values ($1, $3, $2, pg_backend_pid())
     on conflict (environment) do update
       set epoch = l.epoch + 1, holder = excluded.holder, backend_pid = excluded.backend_pid, heartbeat = 0
     returning epoch`,
    [environment, holder, firstEpoch],
  )
  return Number(rows[0]?.epoch)
}

export interface LeaderRow {
  readonly epoch: number
  readonly holder: string
  readonly heartbeat: number
}

export async function readLeader(database: Queryable, environment: string): Promise<LeaderRow | null> {
  const { rows } = await database.query<{ epoch: string; holder: string; heartbeat: string }>(
    `select epoch, holder, heartbeat from leaders where environment = $1`,
    [environment],
  )
  const [row] = rows
  return row === undefined ? null : { epoch: Number(row.epoch), holder: row.holder, heartbeat: Number(row.heartbeat) }
}

/** Counts the leader's heartbeat up. False when another epoch has begun. */
export async function beatLeader(database: Queryable, environment: string, epoch: number): Promise<boolean> {
  const { rowCount } = await database.query(
    `update leaders set heartbeat = heartbeat + 1 where environment = $1 and epoch = $2`,
    [environment, epoch],
  )
  return rowCount === 1
}

/** Ends the connection of a leader whose heartbeat stands still, so that its lock is freed. Only for the epoch that was watched. */
export async function disconnectLeader(database: Queryable, environment: string, epoch: number): Promise<void> {
  await database.query(`select pg_terminate_backend(backend_pid) from leaders where environment = $1 and epoch = $2`, [
    environment,
    epoch,
  ])
}

/**
 * Inside a transaction: holds the epoch until commit, or throws `leadership-lost`. Call it first in every write of state:
 * an old leader that wakes up changes nothing.
 */
export async function assertEpoch(transaction: Queryable, environment: string, epoch: number): Promise<void> {
  const { rows } = await transaction.query<{ epoch: string }>(`select epoch from leaders where environment = $1 for share`, [
    environment,
  ])
  const found = rows[0]?.epoch
  if (Number(found) === epoch) return
  throw new MainwardError(
    'leadership-lost',
    `expected leader epoch ${epoch} for ${environment}, found ${String(found)}: another reconciler leads`,
    {
      retry: 'after',
    },
  )
}
