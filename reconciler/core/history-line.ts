/** One line of the history: a change of what is served. Lines form a hash chain per environment. */
import type { Instant } from './clock.ts'
import type { Digest } from './digest.ts'
import type { Release } from './release.ts'
import type { RolloutEvent, RolloutState } from './rollout-state.ts'

/** Who caused a transition. */
export interface Actor {
  readonly kind: 'reconciler' | 'admin-token'
  /** A name that the actor gave for itself; not authenticated beyond `kind`. */
  readonly name: string
}

export interface HistoryLine {
  readonly formatVersion: 1
  readonly environment: string
  /** From 1, without gaps. */
  readonly sequence: number
  /** Hash of the line before; null for the first. */
  readonly previous: Digest | null
  readonly at: Instant
  readonly rollout: string
  readonly event: RolloutEvent
  /** The commit that asked for it. */
  readonly commit: string
  readonly by: Actor
  readonly reason: string
  readonly message: string
  /** The rollout after the transition; null when it was removed. */
  readonly state: RolloutState | null
  /** Releases that this line names and no line before it described so: a new one, or one under another number. */
  readonly releases: Readonly<Record<Digest, Release>>
  /** Digest of the canonical JSON of this line without `hash`. */
  readonly hash: Digest
}
