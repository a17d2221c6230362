/** The serving state and the replicas' heartbeats: the two things that control plane and data plane exchange. */
import type { ReplicaStatus, ServingState, StateVersion } from '../core/serving-state.ts'
import type { Queryable } from './queryable.ts'

/** Asks whoever leads the environment for a pass now. `news`: command, reconcile, clock. */
export async function notifyLeader(database: Queryable, environment: string, news: string): Promise<void> {
  await database.query(`select pg_notify($1, $2)`, [notifyChannel, `${news} ${environment}`])
}

/** The channel on which a new serving state, a heartbeat with news, or a command is announced: a hint, never the content. */
export const notifyChannel = 'mainward'

export interface StoredServingState {
  readonly state: ServingState
  /** Version at which the routes last changed. */
  readonly routesVersion: StateVersion
}

export async function readServingState(database: Queryable, environment: string): Promise<StoredServingState | null> {
  const { rows } = await database.query<{ document: string; routes_epoch: string; routes_sequence: string }>(
    `select document, routes_epoch, routes_sequence from serving_states where environment = $1`,
    [environment],
  )
  const [row] = rows
  if (row === undefined) return null
  const routesVersion = { epoch: Number(row.routes_epoch), sequence: Number(row.routes_sequence) }
  return { state: JSON.parse(row.document) as ServingState, routesVersion }
}

/** Only the version: what a replica polls. */
export async function readServingVersion(database: Queryable, environment: string): Promise<StateVersion | null> {
  const { rows } = await database.query<{ epoch: string; sequence: string }>(
    `select epoch, sequence from serving_states where environment = $1`,
    [environment],
  )
  const [row] = rows
  return row === undefined ? null : { epoch: Number(row.epoch), sequence: Number(row.sequence) }
}

export async function writeServingState(transaction: Queryable, { state, routesVersion }: StoredServingState): Promise<void> {
  await transaction.query(
    `insert into serving_states (environment, epoch, sequence, routes_epoch, routes_sequence, document) values ($1, $2, $3, $4, $5, $6)
     on conflict (environment) do update
       set epoch = excluded.epoch, sequence = excluded.sequence, routes_epoch = excluded.routes_epoch,
           routes_sequence = excluded.routes_sequence, document = excluded.document`,
    [
      state.environment,
      state.version.epoch,
      state.version.sequence,
      routesVersion.epoch,
      routesVersion.sequence,
      JSON.stringify(state),
    ],
  )
  await transaction.query(`select pg_notify($1, $2)`, [notifyChannel, `state ${state.environment}`])
}

/** Stores a heartbeat; a heartbeat with news (another readiness or state version) is announced. */
export async function writeReplica(database: Queryable, status: ReplicaStatus): Promise<void> {
  const { heartbeatAt, ...news } = status
  await database.query(
    `with previous as (select news from replicas where environment = $1 and replica = $2),
          written as (
            insert into replicas (environment, replica, heartbeat_at, news, document) values ($1, $2, $3, $4, $5)
            on conflict (environment, replica) do update
              set heartbeat_at = excluded.heartbeat_at, news = excluded.news, document = excluded.document
            returning news
          )
     select pg_notify($6, 'replica ' || $1) from written where news is distinct from (select news from previous)`,
    [status.environment, status.replica, heartbeatAt, JSON.stringify(news), JSON.stringify(status), notifyChannel],
  )
}

export async function readReplicas(database: Queryable, environment: string): Promise<readonly ReplicaStatus[]> {
  const { rows } = await database.query<{ document: string }>(
    `select document from replicas where environment = $1 order by replica collate "C"`,
    [environment],
  )
  return rows.map(({ document }) => JSON.parse(document) as ReplicaStatus)
}

/** Forgets replicas that have been silent since an instant. */
export async function deleteReplicas(database: Queryable, environment: string, silentSince: string): Promise<void> {
  await database.query(`delete from replicas where environment = $1 and heartbeat_at < $2`, [environment, silentSince])
}
