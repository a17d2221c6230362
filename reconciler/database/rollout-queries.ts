/** Rollout states, the releases that they name, and the tags that they earn. */
import type { Digest } from '../core/digest.ts'
import type { Release } from '../core/release.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import type { Queryable } from './queryable.ts'

export interface StoredRollout {
  readonly state: RolloutState
  /** History line of the last transition. */
  readonly sequence: number
}

export async function readRollouts(database: Queryable, environment: string): Promise<readonly StoredRollout[]> {
  const { rows } = await database.query<{ state: string; sequence: string }>(
    `select state, sequence from rollout_states where environment = $1 and not removed order by rollout collate "C"`,
    [environment],
  )
  return rows.map(({ state, sequence }) => ({ state: JSON.parse(state) as RolloutState, sequence: Number(sequence) }))
}

/** The last states of rollouts that were removed. */
export async function readRemovedRollouts(database: Queryable, environment: string): Promise<readonly RolloutState[]> {
  const { rows } = await database.query<{ state: string }>(
    `select state from rollout_states where environment = $1 and removed order by rollout collate "C"`,
    [environment],
  )
  return rows.map(({ state }) => JSON.parse(state) as RolloutState)
}

export async function writeRollout(
  transaction: Queryable,
  environment: string,
  state: RolloutState,
  sequence: number,
): Promise<void> {
  await transaction.query(
    `insert into rollout_states (environment, rollout, sequence, state) values ($1, $2, $3, $4)
     on conflict (environment, rollout) do update
       set sequence = excluded.sequence, state = excluded.state, removed = false`,
    [environment, state.rollout, sequence, JSON.stringify(state)],
  )
}

/** Its last state is kept. */
export async function removeRollout(
  transaction: Queryable,
  environment: string,
  rollout: string,
  sequence: number,
): Promise<void> {
  await transaction.query(`update rollout_states set removed = true, sequence = $3 where environment = $1 and rollout = $2`, [
    environment,
    rollout,
    sequence,
  ])
}

export async function deleteRollouts(transaction: Queryable, environment: string): Promise<void> {
  await transaction.query(`delete from rollout_states where environment = $1`, [environment])
}

/** A release's document, with the commit whose tree has its artifact. */
export interface StoredRelease {
  readonly release: Release
  readonly commit: string
}

export async function readReleases(
  database: Queryable,
  environment: string,
  digests: readonly Digest[],
): Promise<readonly StoredRelease[]> {
  const { rows } = await database.query<{ document: string; commit: string }>(
    `select document, commit from releases where environment = $1 and digest = any($2)`,
    [environment, digests],
  )
  return rows.map(({ document, commit }) => ({ release: JSON.parse(document) as Release, commit }))
}

/**
 * What a digest means never changes; its version number, the path of its artifact and the commit that has it may, and the
 * newest ones count. Returns the digests whose document was not known as it is.
 */
export async function addReleases(
  transaction: Queryable,
  environment: string,
  releases: readonly StoredRelease[],
): Promise<readonly Digest[]> {
  const distinct = [...new Map(releases.map((stored) => [stored.release.digest, stored])).values()]
  const { rows } = await transaction.query<{ digest: Digest }>(
    `with known as (select digest, document from releases where environment = $1 and digest = any($2)),
          written as (
            insert into releases (environment, digest, document, commit)
            select $1, r.digest, r.document, r.commit from unnest($2::text[], $3::text[], $4::text[]) as r (digest, document, commit)
            on conflict (environment, digest) do update set document = excluded.document, commit = excluded.commit
            returning digest, document
          )
     select digest from written where not exists
       (select from known where known.digest = written.digest and known.document = written.document)`,
    [
      environment,
      distinct.map(({ release }) => release.digest),
      distinct.map(({ release }) => JSON.stringify(release)),
      distinct.map(({ commit }) => commit),
    ],
  )
  return rows.map(({ digest }) => digest)
}

export interface PendingTag {
  readonly name: string
  readonly commit: string
  readonly message: string
}

/** Notes tags to be written; a name that is known already stays as it is. */
export async function addTags(transaction: Queryable, environment: string, tags: readonly PendingTag[]): Promise<void> {
  await transaction.query(
    `insert into tags (name, environment, commit, message)
     select t.name, $1, t.commit, t.message from unnest($2::text[], $3::text[], $4::text[]) as t (name, commit, message)
     on conflict (name) do nothing`,
    [environment, tags.map(({ name }) => name), tags.map(({ commit }) => commit), tags.map(({ message }) => message)],
  )
}

export async function readPendingTags(database: Queryable, environment: string): Promise<readonly PendingTag[]> {
  const { rows } = await database.query<PendingTag>(
    `select name, commit, message from tags where environment = $1 and not written order by name collate "C"`,
    [environment],
  )
  return rows
}

export async function markTagWritten(database: Queryable, name: string): Promise<void> {
  await database.query(`update tags set written = true where name = $1`, [name])
}
