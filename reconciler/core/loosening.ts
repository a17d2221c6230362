/** What a change does to the rules that judge: which were loosened, and what that would have meant for past versions. Plain JSON. */
import type { Verdict } from './verdict.ts'

/** `changed`: stricter in one way and looser in another, or not to be told. */
export type RuleDirection = 'loosened' | 'removed' | 'tightened' | 'added' | 'changed'

/** One rule of a gate or policy, one behaviour test of a model, one waiver, or one setting that decides how a model is judged. */
export interface RuleChange {
  /**
   * `Model`: one of its behaviour tests, its list of gates and policies, or how it is judged; `DataSource`, `FeatureView`: an expectation, or
   * the rows that labels come from.
   */
  readonly kind: 'Gate' | 'FairnessPolicy' | 'Waiver' | 'Model' | 'DataSource' | 'FeatureView'
  /** Of the gate, policy, waiver, model, source or view. */
  readonly name: string
  /** Name of the rule, test, expectation or setting; null: all of it (its enforcement, a gate that is gone, a waiver). */
  readonly rule: string | null
  readonly direction: RuleDirection
  /** In words, as in a verdict; null: it was not there, or is gone. */
  readonly before: string | null
  readonly after: string | null
}

/** A version whose stored measurements get another verdict by the new rules. */
export interface PastVerdict {
  readonly model: string
  readonly version: number
  readonly before: Verdict
  readonly after: Verdict
}

export interface Loosening {
  /** Commit whose rules the verdict is by; null: the rules did not come from a commit. */
  readonly judgedBy: string | null
  readonly changes: readonly RuleChange[]
  /** Only those whose verdict differs, by model and version. */
  readonly pastVersions: readonly PastVerdict[]
}

/** True when what was refused before might pass now: less of a rule, or more of a waiver. */
export function isLooser({ kind, direction }: RuleChange): boolean {
  if (direction === 'loosened' || direction === 'changed') return true
  return direction === (kind === 'Waiver' ? 'added' : 'removed')
}
