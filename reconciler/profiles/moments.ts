/** Count, mean and central sums of powers of finite numbers, which can be merged in any order. */

export interface Moments {
  readonly count: number
  readonly mean: number
  /** Sums of (x - mean)^2, ^3 and ^4. */
  readonly m2: number
  readonly m3: number
  readonly m4: number
}

export const noMoments: Moments = { count: 0, mean: 0, m2: 0, m3: 0, m4: 0 }

/** Takes finite numbers alone. One at a time by the merge: stable for values far from 0. */
export function momentsOf(values: Iterable<number>): Moments {
  let moments = noMoments
  for (const mean of values) moments = mergeMoments(moments, { count: 1, mean, m2: 0, m3: 0, m4: 0 })
  return moments
}

/** Pébay, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments" (2008), eq. 1.5 and 2.1. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b
  if (b.count === 0) return a
  const count = a.count + b.count
  const delta = b.mean - a.mean
  const [shareA, shareB] = [a.count / count, b.count / count]
  const pairs = a.count * shareB
  const mean = a.mean + delta * shareB
  const m2 = a.m2 + b.m2 + delta ** 2 * pairs
  const m3 = a.m3 + b.m3 + delta ** 3 * pairs * (shareA - shareB) + 3 * delta * (shareA * b.m2 - shareB * a.m2)
  const m4 =
    a.m4 +
    b.m4 +
    delta ** 4 * pairs * (shareA ** 2 - shareA * shareB + shareB ** 2) +
    6 * delta ** 2 * (shareA ** 2 * b.m2 + shareB ** 2 * a.m2) +
    4 * delta * (shareA * b.m3 - shareB * a.m3)
  return { count, mean, m2, m3, m4 }
}

/**
 * From sums of (x - shift)^1 to ^4 over `count` values. Exact in theory; in floats, good when the shift lies among the values.
 */
export function momentsFromSums(
  count: number,
  shift: number,
  [s1, s2, s3, s4]: readonly [number, number, number, number],
): Moments {
  if (count === 0) return noMoments
  const d = s1 / count
  return {
    count,
    mean: shift + d,
    m2: Math.max(0, s2 - s1 * d),
    m3: s3 - 3 * d * s2 + 2 * d * d * s1,
    m4: Math.max(0, s4 - 4 * d * s3 + 6 * d * d * s2 - 3 * d ** 3 * s1),
  }
}

/** With n - 1 below; null for fewer than two values. */
export function varianceOf({ count, m2 }: Moments): number | null {
  return count < 2 ? null : m2 / (count - 1)
}

/** Of the values as a whole population (Fisher-Pearson, biased); null where all are equal. */
export function skewnessOf({ count, m2, m3 }: Moments): number | null {
  return m2 === 0 ? null : (Math.sqrt(count) * m3) / m2 ** 1.5
}

/** Kurtosis minus 3, of the values as a whole population; null where all are equal. */
export function excessKurtosisOf({ count, m2, m4 }: Moments): number | null {
  return m2 === 0 ? null : (count * m4) / m2 ** 2 - 3
}
