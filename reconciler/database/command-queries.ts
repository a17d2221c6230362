/** Commands of people as rows that the leader consumes: they survive a crash and are done once. */
import type { Queryable } from './queryable.ts'
import { notifyChannel } from './serving-queries.ts'

export interface CommandRow {
  readonly id: number
  readonly rollout: string
  readonly verb: string
  readonly reason: string
  readonly requestedBy: string
  readonly requestedAt: string
  /** Null while it is open. */
  readonly accepted: boolean | null
  readonly outcome: string | null
}

interface StoredCommand {
  id: string
  rollout: string
  verb: string
  reason: string
  requested_by: string
  requested_at: Date
  accepted: boolean | null
  outcome: string | null
}

export async function addCommand(
  database: Queryable,
  environment: string,
  command: Pick<CommandRow, 'rollout' | 'verb' | 'reason' | 'requestedBy' | 'requestedAt'>,
): Promise<number> {
  const { rows } = await database.query<{ id: string }>(
    `insert into commands (environment, rollout, verb, reason, requested_by, requested_at) values ($1, $2, $3, $4, $5, $6)
     returning id, pg_notify($7, 'command ' || $1)`,
    [environment, command.rollout, command.verb, command.reason, command.requestedBy, command.requestedAt, notifyChannel],
  )
  return Number(rows[0]?.id)
}

/** Open commands, oldest first. */
export async function readOpenCommands(database: Queryable, environment: string): Promise<readonly CommandRow[]> {
  const { rows } = await database.query<StoredCommand>(
    `select id, rollout, verb, reason, requested_by, requested_at, accepted, outcome from commands
     where environment = $1 and finished_at is null order by id`,
    [environment],
  )
  return rows.map(toCommand)
}

export async function readCommand(database: Queryable, id: number): Promise<CommandRow | null> {
  const { rows } = await database.query<StoredCommand>(
    `select id, rollout, verb, reason, requested_by, requested_at, accepted, outcome from commands where id = $1`,
    [id],
  )
  const [row] = rows
  return row === undefined ? null : toCommand(row)
}

/** Closes a command; in the same transaction as the transition that it caused. */
export async function finishCommand(
  transaction: Queryable,
  id: number,
  result: { readonly finishedAt: string; readonly accepted: boolean; readonly outcome: string },
): Promise<void> {
  await transaction.query(`update commands set finished_at = $2, accepted = $3, outcome = $4 where id = $1`, [
    id,
    result.finishedAt,
    result.accepted,
    result.outcome,
  ])
}

function toCommand({ requested_by, requested_at, id, ...row }: StoredCommand): CommandRow {
  return { ...row, id: Number(id), requestedBy: requested_by, requestedAt: requested_at.toISOString() }
}
