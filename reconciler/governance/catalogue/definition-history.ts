/** The history of a view's definition, from the states of a repository in order. Pure: it knows no git. */
import { compareDefinitions, type DefinitionChange } from './definition-change.ts'
import type { ViewClosure } from './view-closure.ts'

export interface HistoryCommit {
  /** Full id. */
  readonly commit: string
  /** `Name <email>`. */
  readonly author: string
  /** When it was committed, ISO 8601. */
  readonly date: string
  /** First line of the message. */
  readonly subject: string
}

export interface HistoryEntry extends HistoryCommit, DefinitionChange {}

/** The definition at a commit. */
export interface ViewState {
  readonly commit: HistoryCommit
  readonly closure: ViewClosure
}

/**
 * `states` are the oldest first; entries are the newest first, only of commits that changed the definition. One that can be used
 * again is compared with what was there before it broke.
 */
export function buildDefinitionHistory(view: string, states: Iterable<ViewState>): readonly HistoryEntry[] {
  const entries: HistoryEntry[] = []
  let before: ViewClosure = { type: 'absent' }
  let lastWhole: ViewClosure = before
  for (const { commit, closure } of states) {
    const change = compareDefinitions(view, before, closure)
    if (change !== null) {
      const fields = change.change === 'repaired' ? (compareDefinitions(view, lastWhole, closure)?.fields ?? []) : change.fields
      entries.unshift({ ...commit, ...change, fields })
    }
    before = closure
    if (closure.type !== 'broken') lastWhole = closure
  }
  return entries
}
