/** Which pushed views are due to get the rows of their sources. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { FeatureClosure, OnlineView } from '../../core/online-view.ts'
import type { MaterialiseOrder } from '../../reconcile/ports.ts'
import type { AttemptFailure } from './plan-job.ts'

export interface Backfill {
  readonly commit: string
  /** The data clock then, in milliseconds. */
  readonly dataMs: number
  readonly dataFiles: string | null
  readonly isOpen: boolean
  /** Null: it succeeded. */
  readonly failure: AttemptFailure | null
}

/** What time alone may bring is looked for so often, in milliseconds of the data clock. */
export const backfillAgainMs = 3_600_000

export interface DueBackfill {
  readonly view: OnlineView
  /** Of the commit, or of the version that embeds the view. */
  readonly definitions: FeatureClosure
}

/** The first definition that is due: nothing was done for it, another commit may have other files, or its time has come. */
export function planBackfill(
  { wanted, commit, dataMs }: MaterialiseOrder,
  backfills: ReadonlyMap<Digest, Backfill>,
  nowMs: number,
): DueBackfill | null {
  const pushed = wanted.flatMap(({ definitions, views }) =>
    views.flatMap((view) => (view.isPushed ? [{ view, definitions }] : [])),
  )
  return pushed.find(({ view: { digest } }) => isDue(backfills.get(digest), { commit, dataMs }, nowMs)) ?? null
}

function isDue(
  last: Backfill | undefined,
  { commit, dataMs }: Pick<MaterialiseOrder, 'commit' | 'dataMs'>,
  nowMs: number,
): boolean {
  if (last === undefined || last.commit !== commit) return true
  if (last.failure !== null) return nowMs >= last.failure.notBeforeMs
  return last.isOpen && dataMs - last.dataMs >= backfillAgainMs
}
