/** The kind Rollout: how the versions of one model receive traffic in one environment. */

/** One step of a canary. */
export interface CanaryStep {
  /** Whole percent, 1 to 100; grows strictly, the last is 100. */
  readonly weight: number
  readonly holdMs: number
}

export interface CanarySpec {
  readonly version: number
  readonly steps: readonly CanaryStep[]
}

/** One arm of a split. */
export interface VariantSpec {
  readonly name: string
  readonly version: number
  /** Whole percent of the units that take part; all sum to 100. */
  readonly weight: number
}

export interface SplitSpec {
  readonly seed: string
  /** Whole percent of the units that take part; the others get `control`. */
  readonly coverage: number
  readonly variants: readonly VariantSpec[]
}

interface RolloutBase {
  /** Field of a row that holds the unit. */
  readonly unit?: string
  readonly suspend: boolean
}

/** A Rollout's spec with every default filled: exactly one of `canary` and `split`. */
export type RolloutSpec = RolloutBase &
  ({ readonly canary: CanarySpec; readonly split?: undefined } | { readonly split: SplitSpec; readonly canary?: undefined })
