/** What the control plane and the process that materialises say to each other. Plain data only. */
import type { Digest } from '../../core/digest.ts'
import type { FeatureClosure, OnlineView } from '../../core/online-view.ts'
import type { BackfillReport } from '../../features/materialise/backfill-view.ts'
import type { Failure } from './describe-failure.ts'
import type { Description } from './plan-description.ts'
import type { DueViews } from './plan-job.ts'
import type { CarryJob, CarryOutcome } from './carry-pushes.ts'
import type { SegmentJob, SegmentOutcome } from './store-segments.ts'

export interface MaterialiseSettings {
  readonly databaseUrl: string
  readonly environment: string
  /** Path of a local repository, or an http(s) URL. */
  readonly repository: string
  /** Folder of the repository that is reconciled; '' for all of it. */
  readonly path: string
  /** Where the source process keeps clones. */
  readonly clonesFolder: string
  /** A folder of this process's own: data files of a commit, and what engines spill. */
  readonly workFolder: string
  /** What a relative path of a secret's file starts from. */
  readonly secretFolder: string
  /** Environment variables that secrets name. */
  readonly secrets: Readonly<Record<string, string | undefined>>
}

export interface MaterialiseJob {
  readonly epoch: number
  readonly commit: string
  /** The data clock, in microseconds since the epoch. */
  readonly nowUs: bigint
  readonly sets: readonly DueViews[]
  /** Ids in the store of definitions that nothing reads. */
  readonly remove: readonly number[]
}

export interface ViewOutcome {
  readonly digest: Digest
  readonly gridUs: bigint
  /** How many entities were computed. */
  readonly computed: number
  /** Every entity was computed, because data of the past was not what it had been. */
  readonly isLate: boolean
  /** Null: it succeeded. */
  readonly failure: Failure | null
}

/** To keep statistics of a view. */
export interface DescribeJob extends Description {
  readonly commit: string
  /** Address of the artifact store: it gets them. */
  readonly store: string
  /** The data clock, in microseconds since the epoch. */
  readonly nowUs: bigint
}

/** To bring rows of a pushed view's source into the store. */
export interface BackfillJob {
  readonly epoch: number
  readonly commit: string
  /** The data clock, in microseconds since the epoch. */
  readonly nowUs: bigint
  readonly definitions: FeatureClosure
  readonly view: OnlineView
  /** As `BackfillRequest` takes it. */
  readonly knownFiles: string | null
}

export interface BackfillOutcome extends BackfillReport {
  readonly digest: Digest
  /** Null: it succeeded. */
  readonly failure: Failure | null
}

/** `configure` and `warm` have no answer; `warm`: a fill comes soon. */
export type MaterialiseCall =
  | { readonly type: 'configure'; readonly settings: MaterialiseSettings }
  | { readonly type: 'warm' }
  | { readonly type: 'run'; readonly id: number; readonly job: MaterialiseJob }
  | { readonly type: 'describe'; readonly id: number; readonly job: DescribeJob }
  | { readonly type: 'store'; readonly id: number; readonly job: SegmentJob }
  | { readonly type: 'carry'; readonly id: number; readonly job: CarryJob }
  | { readonly type: 'backfill'; readonly id: number; readonly job: BackfillJob }

export type MaterialiseReply =
  | { readonly id: number; readonly type: 'outcomes'; readonly outcomes: readonly ViewOutcome[] }
  | { readonly id: number; readonly type: 'described'; readonly failure: Failure | null }
  | { readonly id: number; readonly type: 'stored'; readonly outcomes: readonly SegmentOutcome[] }
  | { readonly id: number; readonly type: 'carried'; readonly outcome: CarryOutcome }
  | { readonly id: number; readonly type: 'backfilled'; readonly outcome: BackfillOutcome }
  | { readonly id: number; readonly type: 'failed'; readonly reason: string; readonly message: string }
