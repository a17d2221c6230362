/** Times at which a view's values are computed. Pure. */

/** The greatest multiple of `refreshMs` that is at most `nowMs - lagMs`, in microseconds since the epoch, also before 1970. */
export function gridTime(nowMs: number, grid: { readonly refreshMs: number; readonly lagMs: number }): bigint {
  const refresh = BigInt(grid.refreshMs)
  const shifted = BigInt(Math.floor(nowMs)) - BigInt(grid.lagMs)
  const rest = ((shifted % refresh) + refresh) % refresh
  return (shifted - rest) * 1000n
}
