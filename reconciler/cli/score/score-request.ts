/** What both ways of scoring a file are given, and what they say of it. */
import type { Release } from '../../core/release.ts'
import { MainwardError } from '../../core/error.ts'
import type { OpenFeatures } from '../features/open-features.ts'
import type { Progress } from '../features/progress.ts'
import type { Rejections } from './rejections.ts'

export interface ScoreRequest {
  readonly release: Release
  /** Of the model file. */
  readonly bytes: Uint8Array
  /** Absolute. */
  readonly input: string
  readonly out: string
  /** Column of the time that features are joined as of; null: none was named. */
  readonly at: string | null
  /** Before the names of what is added. */
  readonly prefix: string
  /** Microseconds since the epoch: what was known then. */
  readonly asOf: bigint
  readonly features: OpenFeatures
  readonly progress: Progress
  readonly rejections: Rejections
}

export interface ScoreReport {
  /** Those that were scored. */
  readonly rows: number
  /** Names of views whose features were joined. */
  readonly joined: readonly string[]
}

/** Throws `cancelled` after Ctrl-C: between portions of rows. */
export function assertWanted({ features }: ScoreRequest): void {
  if (features.engine.signal.aborted) throw new MainwardError('cancelled', 'the work was cancelled')
}

/** What is added to a row, by the names that it has in the file. */
export interface AddedNames {
  readonly score: string
  /** Null: the model does not decide. */
  readonly decision: string | null
  /** Null: it answers no label. */
  readonly label: string | null
  readonly version: string
}

export function addedNames({ decision, signature }: Release, prefix: string): AddedNames {
  return {
    score: `${prefix}score`,
    decision: decision === undefined ? null : `${prefix}decision`,
    label: signature.outputs.label === undefined ? null : `${prefix}label`,
    version: `${prefix}version`,
  }
}

/** Throws `usage` where the rows have one of the names already. */
export function assertFree(added: AddedNames, has: (name: string) => boolean, place: string): void {
  const taken = [added.score, added.decision, added.label, added.version].find((name) => name !== null && has(name))
  if (taken === undefined || taken === null) return
  throw new MainwardError('usage', `${place} has a column ${taken} already: nothing is overwritten`, {
    hint: 'name what is added otherwise, for example --prefix new_',
  })
}
