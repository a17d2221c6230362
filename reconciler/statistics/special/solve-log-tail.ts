/** Finds quantiles: where the logarithm of a tail of a distribution has a given value. */

export interface LogTail {
  /** ln of the tail's probability at u. May be -Infinity. */
  readonly value: (u: number) => number
  /** Whether the value rises with u (a lower tail) or falls. */
  readonly rising: boolean
  /** d value / du; need not be a number where the value is not. */
  readonly slope: (u: number) => number
  /** Where the search begins. */
  readonly start: number
}

const mostSteps = 400

/**
 * The u with value(u) = target, by Newton's steps kept inside a bracket that every step makes smaller (safeguarded Newton,
 * Numerical Recipes 9.4). In the coordinates of the callers (ln x, ln(x / (1 - x))) tails are nearly straight lines, so that few
 * steps are needed, down to probabilities of 1e-300. NaN when there is no such u.
 */
export function solveLogTail(tail: LogTail, target: number): number {
  let low = -Infinity
  let high = Infinity
  let u = tail.start
  for (let step = 0; step < mostSteps; step += 1) {
    const gap = tail.value(u) - target
    if (Number.isNaN(gap)) return NaN
    if (gap === 0) return u
    if (gap > 0 === tail.rising) high = Math.min(high, u)
    else low = Math.max(low, u)
    const next = nextPoint({ u, move: -gap / tail.slope(u), low, high })
    if (Math.abs(next - u) <= 4e-16 * Math.max(1, Math.abs(u))) return next
    u = next
  }
  return u
}

interface Position {
  readonly u: number
  readonly move: number
  readonly low: number
  readonly high: number
}

/** Newton's point when it lies in the bracket and is not too far, else the middle of the bracket, else a long step to the open side. */
function nextPoint({ u, move, low, high }: Position): number {
  const next = u + move
  if (Number.isFinite(next) && next > low && next < high && Math.abs(move) <= longStep(u)) return next
  if (Number.isFinite(low) && Number.isFinite(high)) return (low + high) / 2
  return low === -Infinity ? u - longStep(u) : u + longStep(u)
}

function longStep(u: number): number {
  return 2 + Math.abs(u)
}
