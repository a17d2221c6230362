/** Rules: the one grammar of gates, fairness policies, monitors and guardrails, as values with every default filled. */
import type { Digest } from './digest.ts'
import type { Reference } from './measurement.ts'

export type Rule = MetricRule | ResultsRule | ExpressionRule

interface RuleBase {
  /**
   * Unique in its gate: as written, else made of what it says without its number, so that a rule whose number changes keeps it:
   * `roc_auc at least`, `log_loss no worse than production by carrier`, `tests`.
   */
  readonly name: string
  /** `warn`: a rule that is not passed is told, and blocks nothing. */
  readonly severity: 'critical' | 'warn'
  readonly onInconclusive: 'block' | 'warn'
}

export interface MetricRule extends RuleBase {
  readonly type: 'metric'
  readonly metric: string
  /** Columns of groups; empty: all rows. */
  readonly by: readonly string[]
  /** Rows that a group needs to be judged; null: any number. */
  readonly minGroup: number | null
  /** By the whole interval, or by the estimate alone. */
  readonly judge: 'interval' | 'point'
  readonly bound: Bound
}

export type Bound =
  | { readonly type: 'atLeast' | 'atMost'; readonly value: number }
  /** Worse by less than the margin, in the direction of the metric. */
  | { readonly type: 'noWorseThan'; readonly reference: Reference; readonly margin: number }
  /** Better by more than the margin. */
  | { readonly type: 'betterThan'; readonly reference: Reference; readonly margin: number }
  /** The least group's value over the greatest's; the greatest minus the least. */
  | { readonly type: 'ratioAtLeast' | 'differenceAtMost'; readonly value: number }

/** All of them, or those of these names. */
export interface ResultsRule extends RuleBase {
  readonly type: 'tests' | 'expectations' | 'dataChecks'
  readonly names: 'all' | readonly string[]
}

export interface ExpressionRule extends RuleBase {
  readonly type: 'expression'
  /** CEL over `metrics`, `artifact`, `data`, `tests`; true: passed. */
  readonly cel: string
}

export type Enforcement = 'block' | 'warn' | 'measure'

/** A Gate, or a FairnessPolicy: its rules, and what a verdict does. */
export interface RuleSet {
  readonly kind: 'Gate' | 'FairnessPolicy'
  readonly name: string
  readonly enforcement: Enforcement
  /** Of its manifest's meaning: which rules are applied. */
  readonly digest: Digest
  readonly rules: readonly Rule[]
}

/** Permission to go on although a rule is not passed. */
export interface Waiver {
  readonly name: string
  readonly gate: string
  /** Name of the rule; null: all of the gate. */
  readonly rule: string | null
  readonly model: string
  /** Null: any. */
  readonly version: number | null
  readonly reason: string
  readonly grantedBy: string
  /** Microseconds since the epoch; from then on it holds no longer. */
  readonly untilMicros: bigint
}
