/** What rules say of a model version. Plain JSON. */
import type { Digest } from './digest.ts'
import type { Across, GroupKey, IntervalMethod, Subject } from './measurement.ts'
import type { Bound, Enforcement, MetricRule } from './rule.ts'

export type Verdict = 'passed' | 'failed' | 'inconclusive'

/** One value that was held against the bound of a rule. */
export interface JudgedValue {
  readonly verdict: Verdict
  readonly of: Subject
  readonly group?: GroupKey
  readonly across?: Across
  readonly estimate: number | null
  readonly low: number | null
  readonly high: number | null
  readonly method?: IntervalMethod
  readonly rows: number
  /** Chance of a value as bad as this, or worse, where the bound just holds; after the correction for many groups. Absent where nothing is corrected. */
  readonly adjustedP?: number
}

export interface RuleVerdict {
  readonly rule: string
  /** The rule in words: `roc_auc >= 0.6`, `log_loss no worse than production, margin 0.01`. */
  readonly says: string
  /** What a rule of a metric holds its value against, and by what; absent for other rules. */
  readonly metric?: string
  readonly bound?: Bound
  readonly judge?: MetricRule['judge']
  readonly severity: 'critical' | 'warn'
  readonly verdict: Verdict
  /** Whether it stands in the way: by verdict, severity, `onInconclusive`, enforcement and waiver. */
  readonly blocks: boolean
  /** A word: `within-bound`, `beyond-bound`, `interval-covers-bound`, `nothing-in-production`, `not-measured`, `undefined`, `group-too-small`, `tests-failed`, … */
  readonly reason: string
  /** One sentence with the number that decided. */
  readonly message: string
  /** The number that decided: the worst value; absent for rules without one. */
  readonly decidedBy?: JudgedValue
  /** All groups, worst first; absent for rules of all rows. */
  readonly groups?: readonly JudgedValue[]
  /** Groups that have too few rows to be judged, as far as they are known; absent: none. */
  readonly leftOut?: readonly GroupKey[]
  /** How many values were judged together, and how that was corrected. */
  readonly correction?: { readonly method: 'holm'; readonly comparisons: number }
  /** Rows (of clusters: about as many more of the same size) that would decide; absent unless inconclusive, and where no number would. */
  readonly rowsToDecide?: number
  /** The waiver that lets it go on; an expired one is named, too. */
  readonly waiver?: {
    readonly name: string
    readonly until: string
    readonly expired: boolean
    readonly reason: string
    readonly grantedBy: string
  }
}

export interface GateVerdict {
  readonly kind: 'Gate' | 'FairnessPolicy'
  readonly name: string
  readonly enforcement: Enforcement
  /** Of its meaning: which rules were applied. */
  readonly digest: Digest
  readonly verdict: Verdict
  readonly blocks: boolean
  readonly rules: readonly RuleVerdict[]
}

/** A version is `failed` when a critical rule of a gate fails, `inconclusive` when one can not be decided, else `passed`. */
export interface ModelVerdict {
  readonly verdict: Verdict
  /** Whether it may not be merged or rolled out. */
  readonly blocks: boolean
  readonly gates: readonly GateVerdict[]
}
