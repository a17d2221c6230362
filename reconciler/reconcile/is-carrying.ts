/** Whether a definition of a pushed view has yet to take over what was pushed under others of its name. Pure. */
import type { Digest } from '../core/digest.ts'
import type { OnlineView } from '../core/online-view.ts'
import type { CarryState } from '../database/carry-queries.ts'

export interface CarryKnown {
  readonly states: readonly CarryState[]
  /** Definitions of which something was pushed. */
  readonly logs: readonly { readonly view: string; readonly digest: Digest }[]
}

/** It has nothing yet of what is there under others of its name. */
export function isCarrying({ name, digest }: OnlineView, { states, logs }: CarryKnown): boolean {
  const stage = states.find((state) => state.digest === digest)?.stage ?? 0
  return stage === 0 && logs.some((log) => log.view === name && log.digest !== digest)
}
