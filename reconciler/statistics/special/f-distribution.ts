/** Fisher's and Snedecor's F distribution. */
import { betaTails } from './incomplete-beta.ts'
import { chiSquaredSf } from './chi-squared.ts'

/** P(F > x) with df1 and df2 degrees of freedom, exact in the upper tail; 1 at and below 0. With df2 = Infinity it is chi-squared. */
export function fSf(x: number, df1: number, df2: number): number {
  if (!(df1 > 0 && df2 > 0) || Number.isNaN(x)) return NaN
  if (x <= 0) return 1
  if (x === Infinity) return 0
  if (df2 === Infinity) return chiSquaredSf(df1 * x, df1)
  const [share, rest] = sharesOf((df1 / df2) * x, df2 / df1 / x)
  return betaTails(df2 / 2, df1 / 2, share, rest).lower
}

/** 1 / (1 + ratio) and ratio / (1 + ratio), by whichever of the ratio and its inverse is in the range of doubles. */
function sharesOf(ratio: number, inverse: number): readonly [share: number, rest: number] {
  return ratio > 1 ? [inverse / (1 + inverse), 1 / (1 + inverse)] : [1 / (1 + ratio), ratio / (1 + ratio)]
}
