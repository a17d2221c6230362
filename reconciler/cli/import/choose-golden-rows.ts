/** Which rows of a sample become golden rows. Pure. */
import type { GoldenRow } from '../../core/release.ts'

/** At most `count`, evenly over the sample: its first rows alone are often alike. */
export function chooseGoldenRows(recorded: readonly GoldenRow[], count: number): readonly GoldenRow[] {
  if (recorded.length <= count) return recorded
  return Array.from({ length: count }, (_, index) => recorded[Math.floor((index * recorded.length) / count)]).filter(
    (row) => row !== undefined,
  )
}
