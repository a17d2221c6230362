/** What the admin API reads and notes, on Postgres. Any reconciler of the environment answers from here, leading or not. */
import type { Digest } from '../../core/digest.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { Observed } from '../../core/plan.ts'
import type { Release } from '../../core/release.ts'
import type { ServingState } from '../../core/serving-state.ts'
import type { StatusDocument } from '../../core/status.ts'
import { readCarryStates, readPushedDefinitions } from '../../database/carry-queries.ts'
import { addCommand, type CommandRow, readCommand } from '../../database/command-queries.ts'
import { readHistory, readPushedSequence } from '../../database/history-queries.ts'
import {
  type EventRow,
  moveDataClock,
  type PlanRow,
  readCommitRow,
  readConditions,
  readEnvironment,
  readEvents,
  readPlans,
  readViewsTime,
} from '../../database/journal-queries.ts'
import { readLeader } from '../../database/leader-queries.ts'
import { countRows, readFirstKeys, readViews } from '../../database/online-view-queries.ts'
import type { Pool } from '../../database/pool.ts'
import { hasRecords, readRecords, type StoredRecord } from '../../database/record-queries.ts'
import { readReleases, readRemovedRollouts, readRollouts } from '../../database/rollout-queries.ts'
import { notifyLeader, readReplicas, readServingState } from '../../database/serving-queries.ts'
import { selectFreshReplicas } from '../../rollout/readiness.ts'
import { type CarryKnown, isCarrying } from '../is-carrying.ts'
import { buildObserved } from '../observe.ts'
import { buildStatus } from './build-status.ts'

export interface HistoryAnswer {
  readonly environment: string
  /** The exact texts, in order. */
  readonly lines: readonly string[]
  /** How many of them are on the history branch. */
  readonly pushed: number
}

export interface ObservedAnswer {
  readonly environment: string
  readonly commit: string | null
  readonly observed: Observed
  /** Rows of each definition in the online store, by its digest. */
  readonly onlineRows: Readonly<Record<Digest, number>>
}

export class ControlStore {
  readonly #pool: Pool
  readonly #environment: string

  constructor(pool: Pool, environment: string) {
    this.#pool = pool
    this.#environment = environment
  }

  async readStatus(nowMs: number): Promise<StatusDocument> {
    const pool = this.#pool
    const environment = this.#environment
    const [row, leader, rollouts, serving, replicas, conditions, storedKeys] = await Promise.all([
      readEnvironment(pool, environment),
      readLeader(pool, environment),
      readRollouts(pool, environment),
      readServingState(pool, environment),
      readReplicas(pool, environment),
      readConditions(pool, environment),
      readFirstKeys(pool, environment),
    ])
    const shown = rollouts.flatMap(({ state }) => state.stable?.release ?? state.traffic.arms[0]?.release ?? [])
    const releases = await readReleases(pool, environment, shown)
    const headCommit = row?.headCommit ?? null
    const head = headCommit === null ? null : await readCommitRow(pool, environment, headCommit)
    return buildStatus({ environment, row, head, leader, rollouts, releases, serving, replicas, conditions, storedKeys, nowMs })
  }

  async readObserved(nowMs: number): Promise<ObservedAnswer> {
    const [row, rollouts, removed, serving, replicas, views, onlineRows, states, logs] = await Promise.all([
      readEnvironment(this.#pool, this.#environment),
      readRollouts(this.#pool, this.#environment),
      readRemovedRollouts(this.#pool, this.#environment),
      readServingState(this.#pool, this.#environment),
      readReplicas(this.#pool, this.#environment),
      readViews(this.#pool, this.#environment),
      countRows(this.#pool, this.#environment),
      readCarryStates(this.#pool, this.#environment),
      readPushedDefinitions(this.#pool, this.#environment),
    ])
    const releases = Object.values(serving?.state.releases ?? {})
    const observed = buildObserved({
      rollouts,
      replicas: selectFreshReplicas(replicas, nowMs),
      removed,
      serving,
      // Bytes are stored before anything names them.
      storedArtifacts: [...new Set(releases.map(({ artifact }) => artifact.sha256))].sort(),
      filledViews: views.flatMap(({ digest, watermarkUs }) => (watermarkUs === null ? [] : [digest])),
      lackingViews: lackingOf(releases, { states, logs }),
    })
    const commit = row?.appliedCommit ?? null
    return { environment: this.#environment, commit, observed, onlineRows: Object.fromEntries(onlineRows) }
  }

  async readServing(): Promise<ServingState | null> {
    return (await readServingState(this.#pool, this.#environment))?.state ?? null
  }

  /** Replicas whose heartbeat is fresh and that have not taken over a data time yet. */
  async findLateReplicas(dataTime: string, nowMs: number): Promise<readonly string[]> {
    const replicas = selectFreshReplicas(await readReplicas(this.#pool, this.#environment), nowMs)
    const late = replicas.filter((replica) => replica.dataTime === null || Date.parse(replica.dataTime) < Date.parse(dataTime))
    return late.map(({ replica }) => replica)
  }

  async readHistory(): Promise<HistoryAnswer> {
    const environment = this.#environment
    const lines = await readHistory(this.#pool, environment)
    const pushed = await readPushedSequence(this.#pool, environment)
    return { environment, lines: lines.map(({ line }) => line), pushed }
  }

  readEvents(range: {
    readonly after: number
    readonly limit: number
  }): Promise<readonly (EventRow & { readonly id: number })[]> {
    return readEvents(this.#pool, this.#environment, range)
  }

  readPlans(limit: number): Promise<readonly PlanRow[]> {
    return readPlans(this.#pool, this.#environment, limit)
  }

  /** The newest records of a model, oldest first, in pages. */
  readRecords(wanted: {
    readonly environment: string | null
    readonly model: string
    readonly last: number
  }): AsyncGenerator<readonly StoredRecord[]> {
    return readRecords(this.#pool, wanted.environment ?? this.#environment, wanted)
  }

  hasRecords(environment: string | null, model: string): Promise<boolean> {
    return hasRecords(this.#pool, environment ?? this.#environment, model)
  }

  /** Names of the models that an environment serves. */
  async listModels(environment: string | null): Promise<readonly string[]> {
    const found = await readServingState(this.#pool, environment ?? this.#environment)
    return found === null ? [] : found.state.routes.map(({ model }) => model)
  }

  addCommand(command: Pick<CommandRow, 'rollout' | 'verb' | 'reason' | 'requestedBy' | 'requestedAt'>): Promise<number> {
    return addCommand(this.#pool, this.#environment, command)
  }

  readCommand(id: number): Promise<CommandRow | null> {
    return readCommand(this.#pool, id)
  }

  /** The time that holds now; false when nothing was reconciled yet or it stands later already. */
  async moveDataClock(dataTime: string): Promise<boolean> {
    const moved = await moveDataClock(this.#pool, this.#environment, dataTime)
    if (moved) await this.wakeLeader('clock')
    return moved
  }

  /** Null: nothing is applied yet. */
  async readAppliedCommit(): Promise<string | null> {
    return (await readEnvironment(this.#pool, this.#environment))?.appliedCommit ?? null
  }

  /** The address of the artifact store of what is applied; null: nothing is applied yet. */
  async readArtifactStore(): Promise<string | null> {
    return (await readEnvironment(this.#pool, this.#environment))?.artifactStore ?? null
  }

  async readDataTime(): Promise<string | null> {
    return (await readEnvironment(this.#pool, this.#environment))?.dataTime ?? null
  }

  /** As of when online views are computed, as far as they can be; null: not yet. */
  readViewsTime(): Promise<Date | null> {
    return readViewsTime(this.#pool, this.#environment)
  }

  wakeLeader(news: 'clock' | 'reconcile'): Promise<void> {
    return notifyLeader(this.#pool, this.#environment, news)
  }
}

function lackingOf(releases: readonly Release[], known: CarryKnown): readonly Digest[] {
  const read = releases.flatMap(({ views = [] }) => views.map(({ view }) => view))
  return [...new Set(read.filter((view) => isLacking(view, known)).map(({ digest }) => digest))]
}

/** One that rows were pushed under was read before: it has them. */
function isLacking(view: OnlineView, known: CarryKnown): boolean {
  return view.isPushed && isCarrying(view, known) && !known.logs.some(({ digest }) => digest === view.digest)
}
