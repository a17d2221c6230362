/** What the control loop needs from outside. Each port is small; tests inject faults at every call. */
import type { Clock, Instant } from '../core/clock.ts'
import type { ConditionRow, CommitRow, EnvironmentRow, EventRow } from '../database/journal-queries.ts'
import type { CommandRow } from '../database/command-queries.ts'
import type { PendingTag, StoredRelease, StoredRollout } from '../database/rollout-queries.ts'
import type { StoredServingState } from '../database/serving-queries.ts'
import type { StoredLine } from '../database/history-queries.ts'
import type { Recovered } from '../governance/history-recovery.ts'
import type { Digest } from '../core/digest.ts'
import type { FeatureClosure, OnlineView } from '../core/online-view.ts'
import type { Finding } from '../core/finding.ts'
import type { Actor, HistoryLine } from '../core/history-line.ts'
import type { Plan } from '../core/plan.ts'
import type { Resource } from '../core/resource.ts'
import type { RolloutEvent, RolloutState } from '../core/rollout-state.ts'
import type { ReplicaStatus } from '../core/serving-state.ts'

export interface CommitInfo {
  readonly commit: string
  readonly author: string
  readonly message: string
  readonly committedAt: Instant
}

export interface CommitReading {
  readonly info: CommitInfo
  readonly findings: readonly Finding[]
  /** What could be assembled, also when there are error findings. */
  readonly resources: readonly Resource[]
}

export interface SourcePort {
  /** Resolves the branch; a remote is fetched first. Throws git-unreachable, timeout, not-found. */
  fetchHead(): Promise<string>
  /** Reads, parses and validates a commit off this event loop. Unchanged blobs come from the cache. */
  readCommit(commit: string): Promise<CommitReading>
  /** First-parent line from `commit`, newest first. */
  firstParents(commit: string, limit: number): Promise<readonly CommitInfo[]>
  /** Bytes of a file of a commit, at most 1 MiB. Throws not-found. */
  readFile(commit: string, path: string): Promise<Uint8Array>
}

export interface HistoryAppend {
  readonly environment: string
  /** How many lines stand before the new ones. */
  readonly expectedCount: number
  readonly lines: readonly string[]
  /** Of the commit, for people who read the branch's log. */
  readonly message: string
  /** Of the commit. */
  readonly time: Instant
}

export interface HistoryBranchPort {
  /** The lines of ENVIRONMENT.jsonl on the branch mainward/history; [] when there is no branch. */
  readLines(environment: string): Promise<readonly string[]>
  /**
   * Appends lines so that exactly `expectedCount` lines stand before them; does nothing when the same lines are already
   * there. Throws `conflict` when other lines are, `git-rejected` when pushing is not permitted.
   */
  appendLines(append: HistoryAppend): Promise<void>
}

export interface TagPort {
  /** Creates the tag at the commit unless it exists there; throws `conflict` when it points elsewhere. */
  ensureTag(name: string, commit: string, message: string): Promise<void>
}

/** The artifact store of the environment, by its address. */
export interface ArtifactPort {
  has(store: string, sha256: string): Promise<boolean>
  /** Stores bytes after verifying their digest. */
  put(store: string, sha256: string, bytes: Uint8Array): Promise<void>
}

/** One transition of a rollout, to be written as a whole. */
export interface TransitionWrite {
  readonly rollout: string
  readonly event: RolloutEvent
  /** Null: the rollout is removed. */
  readonly state: RolloutState | null
  readonly releases: readonly StoredRelease[]
  readonly commit: string
  readonly at: Instant
  readonly by: Actor
  readonly reason: string
  readonly message: string
  readonly tag: PendingTag | null
  /** The command that caused it, closed in the same transaction. */
  readonly command: number | null
}

/** Rollouts and their history. Every write holds the leader's epoch and is one transaction. */
export interface RolloutStore {
  readRollouts(): Promise<readonly StoredRollout[]>
  /** The last states of rollouts that were removed. */
  readRemoved(): Promise<readonly RolloutState[]>
  readReleases(digests: readonly Digest[]): Promise<readonly StoredRelease[]>
  /** Adds the history line and everything that follows from it. Returns the line's sequence. */
  writeTransition(epoch: number, write: TransitionWrite): Promise<number>
  /** Closes a command that caused no transition. */
  refuseCommand(epoch: number, id: number, at: Instant, outcome: string): Promise<void>
  readOpenCommands(): Promise<readonly CommandRow[]>
}

export interface HistoryStore {
  readTip(): Promise<StoredLine | null>
  /** Lines after a sequence, in order. */
  readAfter(sequence: number): Promise<readonly StoredLine[]>
  readPushed(): Promise<number>
  /** The branch has the lines up to this sequence and no more. */
  markPushed(epoch: number, upTo: number): Promise<void>
  /** Takes lines of the branch over; the rollouts become the states that follow from the whole history. */
  importLines(epoch: number, lines: readonly HistoryLine[], recovered: Recovered): Promise<void>
}

export interface TagStore {
  addTags(epoch: number, tags: readonly PendingTag[]): Promise<void>
  readPendingTags(): Promise<readonly PendingTag[]>
  markTagWritten(epoch: number, name: string): Promise<void>
}

export interface ServingStore {
  readServing(): Promise<StoredServingState | null>
  writeServing(epoch: number, next: StoredServingState): Promise<void>
  readReplicas(): Promise<readonly ReplicaStatus[]>
  forgetReplicas(epoch: number, silentSince: Instant): Promise<void>
}

export interface JournalStore {
  readEnvironment(): Promise<EnvironmentRow | null>
  writeCommit(epoch: number, environment: Omit<EnvironmentRow, 'dataTime'>, commit: CommitRow): Promise<void>
  keepPlan(epoch: number, plan: Plan, at: Instant): Promise<void>
  writeConditions(epoch: number, conditions: readonly ConditionRow[], events: readonly EventRow[]): Promise<void>
  readConditions(): Promise<readonly ConditionRow[]>
}

/** Online views that are to be kept, and all that they are made of. */
export interface WantedViews {
  readonly definitions: FeatureClosure
  readonly views: readonly OnlineView[]
}

export interface MaterialiseOrder {
  readonly epoch: number
  /** Files of sources are read from this commit. */
  readonly commit: string
  /** Where segments of pushed rows are stored. */
  readonly artifactStore: string
  /** The data clock, in milliseconds since the epoch. */
  readonly dataMs: number
  /** Each definition once: main's, then those that served releases embed. */
  readonly wanted: readonly WantedViews[]
  /** Definitions that are read until main's new ones are filled. The store keeps them and the wanted ones, and nothing else. */
  readonly keep: readonly Digest[]
}

export interface ViewProgress {
  readonly view: string
  readonly digest: Digest
  readonly isPushed: boolean
  /** All rows are as of this time, in microseconds since the epoch; null: not filled yet, or pushed. */
  readonly watermarkUs: bigint | null
  readonly rows: number
  /** Why the newest attempt to go on failed; its rows stay. Null: it did not. */
  readonly failure: { readonly reason: string; readonly message: string } | null
  /** Of a pushed view: rows that were pushed under earlier definitions are not there yet. Absent: no. */
  readonly isCarrying?: boolean
  /** Of a pushed view: what of those rows did not fit, a sentence each. Absent: nothing. */
  readonly without?: readonly string[]
}

/** The log of pushed rows of one definition. */
export interface PushLogProgress {
  readonly view: string
  readonly digest: Digest
  /** When the oldest row that is in no segment was pushed, in microseconds since the epoch; null: all are. */
  readonly oldestUs: bigint | null
  /** Why the newest attempt to store a segment failed; the rows stay in the log. Null: it did not. */
  readonly failure: { readonly reason: string; readonly message: string } | null
}

/** Computes rows of online views, and stores what was pushed, beside the loop: an order returns at once, and the newest one counts. */
export interface Materialiser {
  order(order: MaterialiseOrder): Promise<void>
  /** Of the views of the newest order, as far as is known. */
  readProgress(): Promise<readonly ViewProgress[]>
  /** Of every definition of which something was pushed, also of those that nothing reads any more. */
  readPushLogs(): Promise<readonly PushLogProgress[]>
}

export interface Clocks {
  readonly wall: Clock
  /** Milliseconds that never jump: leases and timeouts. */
  readonly monotonic: Clock
}

export interface ReconcilePorts {
  readonly source: SourcePort
  readonly historyBranch: HistoryBranchPort
  readonly tags: TagPort
  readonly artifacts: ArtifactPort
  readonly rollouts: RolloutStore
  readonly history: HistoryStore
  readonly tagStore: TagStore
  readonly serving: ServingStore
  readonly journal: JournalStore
  readonly materialiser: Materialiser
  readonly clocks: Clocks
}
