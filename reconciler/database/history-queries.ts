/** The history as Postgres keeps it: the exact lines, and which of them are on the history branch. */
import type { HistoryLine } from '../core/history-line.ts'
import type { Queryable } from './queryable.ts'

export interface StoredLine {
  readonly sequence: number
  readonly hash: string
  readonly line: string
  readonly pushed: boolean
}

/** Lines from a sequence on, in order; `limit` of them. */
export async function readHistory(
  database: Queryable,
  environment: string,
  range: { readonly after?: number; readonly rollout?: string; readonly limit?: number } = {},
): Promise<readonly StoredLine[]> {
  const { rows } = await database.query<{ sequence: string; hash: string; line: string; pushed: boolean }>(
    `select sequence, hash, line, pushed from history
     where environment = $1 and sequence > $2 and ($3::text is null or rollout = $3)
     order by sequence limit $4`,
    [environment, range.after ?? 0, range.rollout ?? null, range.limit ?? null],
  )
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }))
}

/** The last line, or null when the history is empty. */
export async function readHistoryTip(database: Queryable, environment: string): Promise<StoredLine | null> {
  const { rows } = await database.query<{ sequence: string; hash: string; line: string; pushed: boolean }>(
    `select sequence, hash, line, pushed from history where environment = $1 order by sequence desc limit 1`,
    [environment],
  )
  const [row] = rows
  return row === undefined ? null : { ...row, sequence: Number(row.sequence) }
}

/** The sequence up to which every line is on the branch. */
export async function readPushedSequence(database: Queryable, environment: string): Promise<number> {
  const { rows } = await database.query<{ sequence: string | null }>(
    `select max(sequence) as sequence from history where environment = $1 and pushed`,
    [environment],
  )
  return Number(rows[0]?.sequence ?? 0)
}

/** Adds a line; a sequence that exists is a conflict of the primary key and ends the transaction. */
export async function addHistoryLine(transaction: Queryable, line: HistoryLine, text: string, pushed: boolean): Promise<void> {
  await transaction.query(
    `insert into history (environment, sequence, hash, rollout, line, pushed) values ($1, $2, $3, $4, $5, $6)`,
    [line.environment, line.sequence, line.hash, line.rollout, text, pushed],
  )
}

/** Lines up to a sequence are on the branch; those behind it are not, whatever was known before. */
export async function markHistoryPushed(database: Queryable, environment: string, upTo: number): Promise<void> {
  await database.query(
    `update history set pushed = not pushed where environment = $1 and pushed is distinct from (sequence <= $2)`,
    [environment, upTo],
  )
}
