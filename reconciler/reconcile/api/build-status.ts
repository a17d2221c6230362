/** The status document, from what is stored: leader and standby answer the same. Pure. */
import { toInstant } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import type { RolloutState } from '../../core/rollout-state.ts'
import type { ReplicaStatus } from '../../core/serving-state.ts'
import type { ModelStatus, ReplicaSummary, StatusDocument } from '../../core/status.ts'
import { compareText } from '../../core/finding.ts'
import type { CommitRow, ConditionRow, EnvironmentRow } from '../../database/journal-queries.ts'
import type { LeaderRow } from '../../database/leader-queries.ts'
import type { StoredRelease, StoredRollout } from '../../database/rollout-queries.ts'
import type { StoredServingState } from '../../database/serving-queries.ts'
import { selectFreshReplicas } from '../../rollout/readiness.ts'
import { buildExampleRow } from './example-row.ts'

/** Everything that is stored of one environment. */
export interface StatusParts {
  readonly environment: string
  readonly row: EnvironmentRow | null
  readonly head: CommitRow | null
  readonly leader: LeaderRow | null
  readonly rollouts: readonly StoredRollout[]
  /** Of the rollouts' stable versions, and of those that have none yet. */
  readonly releases: readonly StoredRelease[]
  readonly serving: StoredServingState | null
  readonly replicas: readonly ReplicaStatus[]
  readonly conditions: readonly ConditionRow[]
  /** A key of each online view that has rows, by its digest. */
  readonly storedKeys: ReadonlyMap<Digest, string>
  readonly nowMs: number
}

const rolloutPrefix = 'Rollout/'

export function buildStatus(parts: StatusParts): StatusDocument {
  const { environment, row, leader, serving, conditions } = parts
  const models = buildModels(parts)
  const own = conditions.filter(({ object }) => object === `Environment/${environment}`).map(({ condition }) => condition)
  const reconciled = own.find(({ type }) => type === 'Reconciled')
  const applied = row?.appliedCommit ?? null
  const current = applied !== null && reconciled?.observedCommit === applied
  return {
    environment,
    project: row === null || row.project === '' ? null : row.project,
    leader: leader === null ? null : { holder: leader.holder, epoch: leader.epoch },
    head: describeHead(parts.head),
    appliedCommit: applied,
    dataTime: serving?.state.dataTime ?? null,
    servingVersion: serving?.state.version ?? null,
    settled: current && models.every(({ ready, stalled }) => ready || stalled !== null),
    conditions: own,
    models,
    replicas: describeReplicas(parts),
  }
}

/** Rollouts of the applied commit, and those that are still there although the commit has them no more. */
function buildModels({ rollouts, releases, conditions, storedKeys }: StatusParts): readonly ModelStatus[] {
  const states = new Map(rollouts.map(({ state }) => [state.rollout, state]))
  const documents = new Map(releases.map(({ release }) => [release.digest, release]))
  const wanted = conditions
    .filter(({ object }) => object.startsWith(rolloutPrefix))
    .map(({ object }) => object.slice(rolloutPrefix.length))
  const names = [...new Set([...states.keys(), ...wanted])].sort(compareText)
  return names.map((name) => {
    const state = states.get(name) ?? null
    const shown = state?.stable?.release ?? state?.traffic.arms[0]?.release
    const release = shown === undefined ? undefined : documents.get(shown)
    const own = conditions.filter(({ object }) => object === `${rolloutPrefix}${name}`).map(({ condition }) => condition)
    const exampleRow = release === undefined ? null : buildExampleRow(release, storedKeys)
    return buildModel(name, { state, exampleRow, conditions: own })
  })
}

interface ModelParts {
  readonly state: RolloutState | null
  readonly exampleRow: ModelStatus['exampleRow']
  readonly conditions: ModelStatus['conditions']
}

function buildModel(name: string, { state, exampleRow, conditions }: ModelParts): ModelStatus {
  const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True')
  return {
    name,
    ready: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    stalled: stalled?.message ?? null,
    phase: state?.phase ?? null,
    step: state?.step ?? -1,
    reason: state?.reason ?? 'Pending',
    message: state?.message ?? 'not begun',
    arms: state?.traffic.arms ?? [],
    stableVersion: state?.stable?.version ?? null,
    unit: state?.traffic.unit ?? null,
    strategy: state?.traffic.strategy ?? null,
    fallback: state?.settings?.fallback ?? null,
    conditions,
    exampleRow,
  }
}

function describeHead(head: CommitRow | null): StatusDocument['head'] {
  if (head === null) return null
  const { commit, author, message, committedAt, valid, findings, resources } = head
  return { commit, author, message, committedAt, valid, findings, resources }
}

function describeReplicas({ replicas, nowMs }: StatusParts): readonly ReplicaSummary[] {
  const fresh = new Set(selectFreshReplicas(replicas, nowMs).map(({ replica }) => replica))
  return replicas.map(({ replica, heartbeatAt, stateVersion, releases }) => ({
    replica,
    heartbeatAt: toInstant(Date.parse(heartbeatAt)),
    fresh: fresh.has(replica),
    stateVersion,
    releases: Object.fromEntries(
      Object.entries(releases).map(([digest, { status }]) => [digest, status]),
    ) as ReplicaSummary['releases'],
  }))
}
