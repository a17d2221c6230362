/** The features that a model takes of a view: how they are named in training sets, signatures and requests, and which it can not take. */
import { takenName } from '../core/online-view.ts'
import type { Problem } from './local-finding.ts'

/** In the order of `take`: `AS__FEATURE` where the view has a role, else the feature's own name. */
export function featureNames({ as, take }: { readonly as?: string | null; readonly take: readonly string[] }): readonly string[] {
  return take.map((name) => takenName(as ?? null, name))
}

/** What is said of a feature that no tensor can hold. */
export function takenTimestamp(view: string, name: string): Problem {
  return {
    rule: 'timestamp-feature',
    message: `expected a feature that a tensor can hold, found the timestamp ${JSON.stringify(name)} of ${view}`,
    hint: 'make a number of it in the transform of the view, for example date_part with hour',
  }
}
