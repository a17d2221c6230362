/** Behaviour tests of a model as values with every default filled: what a person expects of single predictions. Plain JSON. */

/** Names as in Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList" (ACL 2020), and the ML testing literature. */
export type BehaviourTest = GoldenTest | InvarianceTest | DirectionalTest | RangeTest | MissingTest | LatencyTest | SizeTest

interface Named {
  /** Unique in its model. */
  readonly name: string
}

/** Rows of the test part that are tried, chosen by a seed, and the share of them that must pass, above 0 and at most 1. */
export interface TestSample {
  readonly rows: number
  readonly mostly: number
}

/** Inputs by the model's names, as a request or a view has them; on-demand features are computed. */
export type TestInputs = Readonly<Record<string, TestValue>>

export type TestValue = string | number | boolean | null

export interface GoldenTest extends Named {
  readonly type: 'golden'
  readonly row: TestInputs
  readonly expected: GoldenExpectation
}

export type GoldenExpectation =
  | { readonly type: 'score'; readonly score: number; readonly tolerance: number; readonly class: string | null }
  /** Binary classification: whether the score reaches the threshold. */
  | { readonly type: 'decision'; readonly decision: boolean }
  /** The most likely class, as text. */
  | { readonly type: 'label'; readonly label: string }

/** Another value of one feature moves no score by more than the tolerance. */
export interface InvarianceTest extends Named, TestSample {
  readonly type: 'invariance'
  readonly feature: string
  /** Null: values that the feature has in other rows. */
  readonly values: readonly TestValue[] | null
  readonly tolerance: number
}

/** `up` and `down`: by more than the tolerance; `not-up` and `not-down`: the other way by the tolerance at most. */
export type Direction = 'up' | 'down' | 'not-up' | 'not-down'

export type FeatureChange =
  { readonly type: 'add' | 'multiply'; readonly by: number } | { readonly type: 'set'; readonly to: TestValue }

/** A change of one feature moves the score in a direction. */
export interface DirectionalTest extends Named, TestSample {
  readonly type: 'directional'
  readonly feature: string
  readonly change: FeatureChange
  readonly score: Direction
  readonly tolerance: number
  /** Of several classes the one whose probability is looked at; null for other tasks. */
  readonly class: string | null
}

/** Scores lie within bounds; null: none. */
export interface RangeTest extends Named, TestSample {
  readonly type: 'range'
  readonly min: number | null
  readonly max: number | null
  readonly class: string | null
}

/** Rows without the value of a feature have a finite score, or are rejected by the null policy. */
export interface MissingTest extends Named {
  readonly type: 'missing'
  /** Null: every feature that is sent or joined. */
  readonly features: readonly string[] | null
  /** All of them are missing at once, else each by itself. */
  readonly together: boolean
  readonly expect: 'score' | 'rejected'
  readonly rows: number
}

/** How long runs of one row take, at most; null: any time. */
export interface LatencyTest extends Named {
  readonly type: 'latency'
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly runs: number
}

/** How large the model file is, at most. */
export interface SizeTest extends Named {
  readonly type: 'size'
  readonly bytes: number
}
