/** Numbers as evidence holds them: six digits, so that what differs in the last places of a sum is written alike. */

const digits = 6

/** -0 is 0. Infinities and NaN stay. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) + 0 : value
}

/** Null for what is not finite. */
export function roundedOrNull(value: number): number | null {
  return Number.isFinite(value) ? rounded(value) : null
}
