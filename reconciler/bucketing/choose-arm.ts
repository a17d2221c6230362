/** Which arm a unit's hash falls to, by ranges. Knows neither what the arms are nor how their ranges came about. */

/** Half-open: from the first number up to, not including, the second. */
export type HashRange = readonly [number, number]

export interface RangedArm {
  readonly range?: HashRange
}

/**
 * Position of the first arm whose range holds the hash; -1 when none does (GrowthBook's `chooseVariation`). Nothing is
 * rescaled: what the ranges leave free falls to no arm.
 */
export function chooseArm(hash: number, arms: readonly RangedArm[]): number {
  return arms.findIndex(({ range }) => range !== undefined && range[0] <= hash && hash < range[1])
}
