/** What of an order is due now: views whose grid or data moved on, and definitions that nothing has read for long enough. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { FeatureClosure, OnlineView } from '../../core/online-view.ts'
import { gridTime } from '../../features/materialise/grid-time.ts'
import type { MaterialiseOrder } from '../../reconcile/ports.ts'

export interface DueView {
  readonly view: OnlineView
  /** Microseconds since the epoch. */
  readonly gridUs: bigint
}

export interface DueViews {
  readonly definitions: FeatureClosure
  readonly due: readonly DueView[]
}

/** How the newest attempt at a definition ended. */
export interface Attempt {
  readonly gridUs: bigint
  readonly commit: string
  /** Null: it succeeded. */
  readonly failure: AttemptFailure | null
}

export interface AttemptFailure {
  readonly reason: string
  readonly message: string
  /** Attempts in a row that failed. */
  readonly count: number
  /** Not again before this time of the monotonic clock, in milliseconds, unless grid or data move on. */
  readonly notBeforeMs: number
}

/** Views of the order whose time has come. What was done for this time and commit is not done again. */
export function planDue(
  { wanted, commit, dataMs }: MaterialiseOrder,
  attempts: ReadonlyMap<Digest, Attempt>,
  nowMs: number,
): readonly DueViews[] {
  return wanted
    .map(({ definitions, views }) => ({
      definitions,
      due: views.flatMap((view) => {
        const grid = definitions.views.find(({ name }) => name === view.name)?.online
        if (grid?.type !== 'grid') return []
        const gridUs = gridTime(dataMs, grid)
        return isDue(attempts.get(view.digest), { gridUs, commit }, nowMs) ? [{ view, gridUs }] : []
      }),
    }))
    .filter(({ due }) => due.length > 0)
}

function isDue(
  attempt: Attempt | undefined,
  { gridUs, commit }: { readonly gridUs: bigint; readonly commit: string },
  nowMs: number,
): boolean {
  if (attempt === undefined || attempt.gridUs !== gridUs || attempt.commit !== commit) return true
  return attempt.failure !== null && nowMs >= attempt.failure.notBeforeMs
}

/** Pause after a failure, doubled each time up to the second number, in milliseconds. */
const pausesMs = { first: 1_000, longest: 60_000 }

export function nextFailure(
  before: AttemptFailure | null,
  { reason, message }: { readonly reason: string; readonly message: string },
  nowMs: number,
): AttemptFailure {
  const count = (before?.count ?? 0) + 1
  return { reason, message, count, notBeforeMs: nowMs + Math.min(pausesMs.longest, pausesMs.first * 2 ** (count - 1)) }
}

export interface UnreadViews {
  /** Since when nothing reads a definition, by the monotonic clock in milliseconds. */
  readonly since: ReadonlyMap<Digest, number>
  /** Unread for at least `keepMs`. */
  readonly remove: readonly Digest[]
}

/** `stored`: what the store has. A definition that is read again is as if it always had been. */
export function findUnread(
  stored: readonly Digest[],
  { wanted, keep }: MaterialiseOrder,
  known: { readonly since: ReadonlyMap<Digest, number>; readonly nowMs: number; readonly keepMs: number },
): UnreadViews {
  const read = new Set([...keep, ...wanted.flatMap(({ views }) => views.map(({ digest }) => digest))])
  const since = new Map(
    stored.filter((digest) => !read.has(digest)).map((digest) => [digest, known.since.get(digest) ?? known.nowMs]),
  )
  const remove = [...since].flatMap(([digest, from]) => (known.nowMs - from >= known.keepMs ? [digest] : []))
  return { since, remove }
}
