/** What the reconciler read, planned and noticed: commits, plans, events, conditions. */
import type { Condition } from '../core/condition.ts'
import type { Finding } from '../core/finding.ts'
import type { Plan } from '../core/plan.ts'
import type { Queryable } from './queryable.ts'

export interface EnvironmentRow {
  readonly project: string
  readonly headCommit: string | null
  readonly appliedCommit: string | null
  /** The data clock when it is moved by hand. */
  readonly dataTime: string | null
  readonly artifactStore: string
}

export async function readEnvironment(database: Queryable, environment: string): Promise<EnvironmentRow | null> {
  const { rows } = await database.query<{
    project: string
    head_commit: string | null
    applied_commit: string | null
    data_time: Date | null
    artifact_store: string
  }>(`select project, head_commit, applied_commit, data_time, artifact_store from environments where environment = $1`, [
    environment,
  ])
  const [row] = rows
  if (row === undefined) return null
  return {
    project: row.project,
    headCommit: row.head_commit,
    appliedCommit: row.applied_commit,
    dataTime: row.data_time?.toISOString() ?? null,
    artifactStore: row.artifact_store,
  }
}

/** `dataStart`: where a data clock begins that was never moved; null: it stays as it is. */
export async function writeEnvironment(
  transaction: Queryable,
  environment: string,
  row: Omit<EnvironmentRow, 'dataTime'>,
  dataStart: string | null = null,
): Promise<void> {
  await transaction.query(
    `insert into environments (environment, project, head_commit, applied_commit, artifact_store, data_time)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (environment) do update
       set project = excluded.project, head_commit = excluded.head_commit, applied_commit = excluded.applied_commit,
           artifact_store = excluded.artifact_store, data_time = coalesce(environments.data_time, excluded.data_time)`,
    [environment, row.project, row.headCommit, row.appliedCommit, row.artifactStore, dataStart],
  )
}

/** Moves the data clock forward. False when it already stands later: it never goes back. */
export async function moveDataClock(transaction: Queryable, environment: string, dataTime: string): Promise<boolean> {
  const { rowCount } = await transaction.query(
    `update environments set data_time = $2 where environment = $1 and (data_time is null or data_time <= $2)`,
    [environment, dataTime],
  )
  return rowCount === 1
}

/** Null: nothing was computed yet, or the data clock is not moved by hand. */
export async function readViewsTime(database: Queryable, environment: string): Promise<Date | null> {
  const { rows } = await database.query<{ views_time: Date | null }>(
    `select views_time from environments where environment = $1`,
    [environment],
  )
  return rows[0]?.views_time ?? null
}

/** Notes that all that was due of online views was computed as of the time, or failed. Nothing where the data clock is the wall clock. */
export async function setViewsTime(database: Queryable, environment: string, time: Date): Promise<void> {
  await database.query(
    `update environments set views_time = $2 where environment = $1 and data_time is not null and (views_time is null or views_time < $2)`,
    [environment, time],
  )
}

export interface CommitRow {
  readonly commit: string
  readonly author: string
  readonly message: string
  readonly committedAt: string
  readonly readAt: string
  readonly valid: boolean
  readonly findings: readonly Finding[]
  /** How many resources of each kind. */
  readonly resources: Readonly<Record<string, number>>
}

export async function readCommitRow(database: Queryable, environment: string, commit: string): Promise<CommitRow | null> {
  const { rows } = await database.query<{
    commit: string
    author: string
    message: string
    committed_at: Date
    read_at: Date
    valid: boolean
    findings: string
    resources: string
  }>(
    `select commit, author, message, committed_at, read_at, valid, findings, resources from commits where environment = $1 and commit = $2`,
    [environment, commit],
  )
  const [row] = rows
  if (row === undefined) return null
  const { committed_at, read_at, findings, resources, ...rest } = row
  return {
    ...rest,
    findings: JSON.parse(findings) as Finding[],
    resources: JSON.parse(resources) as CommitRow['resources'],
    committedAt: committed_at.toISOString(),
    readAt: read_at.toISOString(),
  }
}

export async function writeCommitRow(transaction: Queryable, environment: string, row: CommitRow): Promise<void> {
  await transaction.query(
    `insert into commits (environment, commit, author, message, committed_at, read_at, valid, findings, resources)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (environment, commit) do update
       set read_at = excluded.read_at, valid = excluded.valid, findings = excluded.findings, resources = excluded.resources`,
    [
      environment,
      row.commit,
      row.author,
      row.message,
      row.committedAt,
      row.readAt,
      row.valid,
      JSON.stringify(row.findings),
      JSON.stringify(row.resources),
    ],
  )
}

export interface PlanRow {
  readonly id: number
  readonly createdAt: string
  readonly plan: Plan
}

/** Keeps a plan; only the newest 500 of an environment stay. */
export async function addPlan(transaction: Queryable, plan: Plan, createdAt: string): Promise<void> {
  await transaction.query(`insert into plans (environment, commit, created_at, document) values ($1, $2, $3, $4)`, [
    plan.environment,
    plan.commit,
    createdAt,
    JSON.stringify(plan),
  ])
  await transaction.query(
    `delete from plans where environment = $1 and id <= (select max(id) from plans where environment = $1) - 500`,
    [plan.environment],
  )
}

export async function readPlans(database: Queryable, environment: string, limit: number): Promise<readonly PlanRow[]> {
  const { rows } = await database.query<{ id: string; created_at: Date; document: string }>(
    `select id, created_at, document from plans where environment = $1 order by id desc limit $2`,
    [environment, limit],
  )
  return rows.map(({ id, created_at, document }) => ({
    id: Number(id),
    createdAt: created_at.toISOString(),
    plan: JSON.parse(document) as Plan,
  }))
}

export interface EventRow {
  readonly at: string
  readonly severity: 'info' | 'warning'
  readonly object: string
  readonly reason: string
  readonly message: string
}

/** Notes events; only the newest 10,000 of an environment stay. */
export async function addEvents(transaction: Queryable, environment: string, events: readonly EventRow[]): Promise<void> {
  if (events.length === 0) return
  await transaction.query(
    `insert into events (environment, at, severity, object, reason, message)
     select $1, e.at, e.severity, e.object, e.reason, e.message
     from unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])
       as e (at, severity, object, reason, message)`,
    [
      environment,
      events.map(({ at }) => at),
      events.map(({ severity }) => severity),
      events.map(({ object }) => object),
      events.map(({ reason }) => reason),
      events.map(({ message }) => message),
    ],
  )
  await transaction.query(
    `delete from events where environment = $1 and id <= (select max(id) from events where environment = $1) - 10000`,
    [environment],
  )
}

/** The newest events behind an id (0: all), oldest first. */
export async function readEvents(
  database: Queryable,
  environment: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly (EventRow & { readonly id: number })[]> {
  const { rows } = await database.query<{
    id: string
    at: Date
    severity: 'info' | 'warning'
    object: string
    reason: string
    message: string
  }>(
    `select id, at, severity, object, reason, message from events where environment = $1 and id > $2 order by id desc limit $3`,
    [environment, after, limit],
  )
  return rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() })).reverse()
}

export interface ConditionRow {
  readonly object: string
  readonly condition: Condition
}

export async function readConditions(database: Queryable, environment: string): Promise<readonly ConditionRow[]> {
  const { rows } = await database.query<{ object: string; document: string }>(
    `select object, document from conditions where environment = $1 order by object collate "C", type collate "C"`,
    [environment],
  )
  return rows.map(({ object, document }) => ({ object, condition: JSON.parse(document) as Condition }))
}

/** Replaces all conditions of an environment: what is no longer true is gone. */
export async function replaceConditions(
  transaction: Queryable,
  environment: string,
  conditions: readonly ConditionRow[],
): Promise<void> {
  await transaction.query(`delete from conditions where environment = $1`, [environment])
  await transaction.query(
    `insert into conditions (environment, object, type, document)
     select $1, c.object, c.type, c.document from unnest($2::text[], $3::text[], $4::text[]) as c (object, type, document)`,
    [
      environment,
      conditions.map(({ object }) => object),
      conditions.map(({ condition }) => condition.type),
      conditions.map(({ condition }) => JSON.stringify(condition)),
    ],
  )
}
