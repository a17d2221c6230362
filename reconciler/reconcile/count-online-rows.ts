/** How many rows of the online store a change of definitions has computed anew, and how many it has removed. Pure. */
import type { Digest } from '../core/digest.ts'
import { compareText } from '../core/finding.ts'
import type { Resource } from '../core/resource.ts'
import type { ModelVersionSpec } from '../manifests/kinds/model-version.ts'
import { versionsOf } from '../manifests/features/embedding-versions.ts'
import { assembleFeatures } from './assemble-features.ts'

/** What the store holds. */
export interface StoredOnline {
  /** Rows of each definition, by its digest; a definition that is not there has none. */
  readonly rows: ReadonlyMap<Digest, number>
  /** Definitions that were filled at least once. */
  readonly filled: ReadonlySet<Digest>
}

export interface OnlineRowsChange {
  /** `FeatureView/NAME`. */
  readonly id: string
  /** Rows to be computed, taken from how many the definition before has; 0: none. Null: not known. */
  readonly rebuilt: number | null
  /** Rows of definitions that nothing reads when every rollout has gone its way; 0: none. Null: not known. */
  readonly removed: number | null
  /** Why a number is not known; null: each is. */
  readonly unknown: string | null
}

export interface OnlineRowsInput {
  readonly before: readonly Resource[]
  readonly after: readonly Resource[]
  readonly environment: string
  /** Names of rollouts that wait for a version: they go on with what they serve. */
  readonly pending: ReadonlySet<string>
  /** Text: why it is not known what the store holds. */
  readonly stored: StoredOnline | string
}

/** The views whose rows change, by id. Both sides are valid commits. */
export function countOnlineRows(input: OnlineRowsInput): readonly OnlineRowsChange[] {
  const { before, after, environment, pending } = input
  const [old, next] = [indexOnline(before), indexOnline(after)]
  const readBefore = [...old.values(), ...listEmbedded(before, environment, () => true)]
  const kept = listEmbedded(before, environment, (rollout) => pending.has(rollout))
  const readAfter = [...next.values(), ...listEmbedded(after, environment, () => true), ...kept]
  const stillRead = new Set(readAfter.map(({ digest }) => digest))
  const unread = new Map(readBefore.flatMap(({ name, digest }) => (stillRead.has(digest) ? [] : [[digest, name]])))
  const rebuilt = [...next].filter(([name, { digest, isPushed }]) => !isPushed && old.get(name)?.digest !== digest)
  const names = new Set([...rebuilt.map(([name]) => name), ...unread.values()])
  return [...names].sort(compareText).map((name): OnlineRowsChange => {
    const wanted = rebuilt.find(([view]) => view === name)?.[1].digest ?? null
    const gone = [...unread].flatMap(([digest, view]) => (view === name ? [digest] : []))
    return { id: `FeatureView/${name}`, ...countView({ wanted, former: old.get(name) ?? null, gone }, input.stored) }
  })
}

interface NamedDefinition {
  readonly name: string
  readonly digest: Digest
}

type OnlineDefinition = NamedDefinition & { readonly isPushed: boolean }

interface ChangedView {
  /** The definition that is to be filled; null: none. */
  readonly wanted: Digest | null
  /** The online definition of the same name before; null: there was none. */
  readonly former: OnlineDefinition | null
  readonly gone: readonly Digest[]
}

function countView({ wanted, former, gone }: ChangedView, stored: StoredOnline | string): Omit<OnlineRowsChange, 'id'> {
  if (typeof stored === 'string') {
    return { rebuilt: wanted === null ? 0 : null, removed: gone.length === 0 ? 0 : null, unknown: stored }
  }
  const rowsOf = (digest: Digest): number => stored.rows.get(digest) ?? 0
  const removed = gone.reduce((sum, digest) => sum + rowsOf(digest), 0)
  // Kept by a version or not removed yet: it is only brought up to date.
  if (wanted === null || stored.filled.has(wanted)) return { rebuilt: 0, removed, unknown: null }
  if (former !== null && !former.isPushed && stored.filled.has(former.digest)) {
    return { rebuilt: rowsOf(former.digest), removed, unknown: null }
  }
  return { rebuilt: null, removed, unknown: 'no definition of it was ever computed' }
}

function indexOnline(resources: readonly Resource[]): ReadonlyMap<string, OnlineDefinition> {
  return new Map(assembleFeatures({ commit: '', resources }).views.map((view) => [view.name, view]))
}

/** What the versions embed that rollouts of the environment serve or fall back to. */
function listEmbedded(
  resources: readonly Resource[],
  environment: string,
  counts: (rollout: string) => boolean,
): readonly NamedDefinition[] {
  const rollouts = resources.filter(
    ({ kind, metadata }) => kind === 'Rollout' && metadata.environment === environment && counts(metadata.name),
  )
  const versions = new Set(rollouts.flatMap(({ metadata, spec }) => versionsOf(metadata.name, spec)))
  const named = resources.filter(({ kind, metadata }) => kind === 'ModelVersion' && versions.has(metadata.name))
  return named.flatMap(({ spec }) => (spec as ModelVersionSpec).views.map(({ view, digest }) => ({ name: view, digest })))
}
