/**
 * What the primary and its workers tell each other over their channel: plain JSON. Both run the same program, so that only what
 * could be another's message is looked at. Knows no process.
 */
import type { Digest } from '../../core/digest.ts'
import type { ErrorCode, Retry } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { ModelRoute, ReleaseReadiness, ServingState, StateVersion } from '../../core/serving-state.ts'
import type { MetricsSnapshot } from '../metrics/metrics-snapshot.ts'
import type { BarredReleases } from '../replica.ts'
import type { ServerPorts } from '../replica-server.ts'
import type { RememberedState } from '../state/state-file.ts'

/** What one worker holds. */
export interface WorkerStatus {
  /** The newest state that it has taken over; null before the first. */
  readonly stateVersion: StateVersion | null
  readonly ready: boolean
  /** Every release that it wants, also those that only an older route needs. */
  readonly releases: Readonly<Record<Digest, ReleaseReadiness>>
  /** The routes that it really serves where they are older than the state's, and their releases. */
  readonly heldRoutes: readonly ModelRoute[]
  readonly heldReleases: Readonly<Record<Digest, Release>>
}

/** What a failure is on the other side of the channel. */
export interface SentFailure {
  /** Null for a defect. */
  readonly code: ErrorCode | null
  readonly message: string
  readonly hint: string | null
  readonly retry: Retry
}

/** What clients see of the server as a whole. */
export interface WholeView {
  readonly ready: boolean
  readonly releases: Readonly<Record<Digest, ReleaseReadiness>>
}

export type ToWorker =
  | {
      readonly type: 'begin'
      /** Names this life of a worker: it is never used twice while the primary lives. */
      readonly worker: number
      /** Of its part of the spool: never used twice on this state folder. */
      readonly spoolName: string
      readonly ports: ServerPorts
      /** Nobody else answers: listen before anything is loaded. */
      readonly listenAtOnce: boolean
      readonly remembered: RememberedState | null
      /** The newest, where that is another one than what is remembered. */
      readonly state: ServingState | null
      readonly barred: BarredReleases
      readonly whole: WholeView
    }
  | { readonly type: 'state'; readonly state: ServingState }
  | { readonly type: 'bar'; readonly barred: BarredReleases }
  | { readonly type: 'whole'; readonly whole: WholeView }
  /** A snapshot is wanted now. */
  | { readonly type: 'count' }
  | { readonly type: 'metrics'; readonly ask: number; readonly snapshot: MetricsSnapshot }
  /** `path` is null when the file could not be kept: then it is read where it comes from. */
  | { readonly type: 'artifact'; readonly ask: number; readonly path: string | null }
  | { readonly type: 'refused'; readonly ask: number; readonly failure: SentFailure }
  /** Let nobody in any more, and say so. */
  | { readonly type: 'stop' }
  /** Nobody lets clients in any more: end. */
  | { readonly type: 'drain' }

export type FromWorker =
  | { readonly type: 'hello' }
  | { readonly type: 'failed'; readonly failure: SentFailure }
  | { readonly type: 'listening'; readonly ports: ServerPorts }
  /** It lets nobody in any more. */
  | { readonly type: 'closed' }
  | { readonly type: 'status'; readonly status: WorkerStatus }
  | { readonly type: 'counted'; readonly asked: boolean; readonly snapshot: MetricsSnapshot }
  | { readonly type: 'read-metrics'; readonly ask: number }
  | {
      readonly type: 'read-artifact'
      readonly ask: number
      readonly store: string
      readonly sha256: string
      readonly damaged: boolean
    }

const toWorkerTypes: Readonly<Record<ToWorker['type'], true>> = {
  begin: true,
  state: true,
  bar: true,
  whole: true,
  count: true,
  metrics: true,
  artifact: true,
  refused: true,
  stop: true,
  drain: true,
}

const fromWorkerTypes: Readonly<Record<FromWorker['type'], true>> = {
  hello: true,
  failed: true,
  listening: true,
  closed: true,
  status: true,
  counted: true,
  'read-metrics': true,
  'read-artifact': true,
}

/** Null for what is no message of ours. */
export function readToWorker(message: unknown): ToWorker | null {
  return isOneOf(message, toWorkerTypes) ? (message as ToWorker) : null
}

export function readFromWorker(message: unknown): FromWorker | null {
  return isOneOf(message, fromWorkerTypes) ? (message as FromWorker) : null
}

function isOneOf(message: unknown, types: Readonly<Record<string, true>>): boolean {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false
  return typeof message.type === 'string' && Object.hasOwn(types, message.type)
}
