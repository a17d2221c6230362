/** When a release is ready: every ready replica holds it, proven, and the online views that it reads are filled. */
import { type Digest, shortDigest } from '../core/digest.ts'
import type { OnlineView } from '../core/online-view.ts'
import type { Release } from '../core/release.ts'
import type { ReplicaStatus } from '../core/serving-state.ts'
import type { Readiness } from './decision.ts'

/** A heartbeat older than this leaves the replica out, in milliseconds of the wall clock. */
export const heartbeatTimeoutMs = 15_000

/** Replicas whose heartbeat is fresh at `wallMs`. One that is cut off keeps serving what it has, but decides nothing. */
export function selectFreshReplicas(replicas: readonly ReplicaStatus[], wallMs: number): readonly ReplicaStatus[] {
  return replicas.filter((replica) => wallMs - Date.parse(replica.heartbeatAt) < heartbeatTimeoutMs)
}

/**
 * Judges a release over fresh replicas: failed when one of them proved it unusable, ready when all hold it.
 * Without any replica nothing is known: it waits.
 */
export function assessReadiness(release: Digest, replicas: readonly ReplicaStatus[]): Readiness {
  if (replicas.length === 0) return { status: 'waiting', message: 'no serving process has reported in the last 15 s' }
  for (const replica of replicas) {
    const found = replica.releases[release]
    if (found?.status === 'failed' && !found.retryable) return { status: 'failed', reason: found.reason, message: found.message }
  }
  const missing = replicas.filter((replica) => replica.releases[release]?.status !== 'ready')
  if (missing.length === 0) return { status: 'ready' }
  const failing = missing.map((replica) => replica.releases[release]).find((found) => found?.status === 'failed')
  const why = failing?.status === 'failed' ? `: ${failing.message}` : ''
  return {
    status: 'waiting',
    message: `${replicas.length - missing.length} of ${replicas.length} serving processes hold ${shortDigest(release)}${why}`,
  }
}

/** A release is not ready before the online views that it reads have rows: it would answer nothing. Pushed views need no filling, but those that are `lacking` have yet to get earlier rows. */
export function assessViews(
  { version, views = [] }: Release,
  filled: ReadonlySet<Digest>,
  lacking: ReadonlySet<Digest> = new Set(),
): Readiness {
  const isReady = ({ isPushed, digest }: OnlineView): boolean => (isPushed ? !lacking.has(digest) : filled.has(digest))
  const empty = new Set(views.flatMap(({ view }) => (isReady(view) ? [] : [view.name])))
  if (empty.size === 0) return { status: 'ready' }
  const names = [...empty].join(', ')
  return { status: 'waiting', message: `online views of version ${version} have no rows yet (FeaturesReady says why): ${names}` }
}
