/** How the features that a model takes of a view are named in training sets, signatures and requests. */
import { takenName } from '../core/online-view.ts'

/** In the order of `take`: `AS__FEATURE` where the view has a role, else the feature's own name. */
export function featureNames({ as, take }: { readonly as?: string | null; readonly take: readonly string[] }): readonly string[] {
  return take.map((name) => takenName(as ?? null, name))
}
