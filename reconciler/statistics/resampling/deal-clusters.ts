/** Fewer clusters of more rows: a resample of a few hundred groups stands for one of a hundred thousand customers, or of a million rows. */
import type { Clusters } from '../metrics/clusters.ts'
import { randomBelow, seededRandom } from '../random/seeded-random.ts'

/** Streams of replicates count up from 0. */
const dealing = 0xffffffff

/**
 * Joins whole clusters at random to `groups` groups of as many clusters each, or one more. Groups of independent clusters are independent, and their mean spreads
 * as the clusters' does (random groups: Wolter, "Introduction to variance estimation", 2007, chapter 2); degrees of freedom are those of the
 * groups. The same clusters when there are no more than `groups`.
 */
export function dealClusters({ ids, count }: Clusters, groups: number, seed: number): Clusters {
  if (count <= groups) return { ids, count }
  const groupOf = dealt(count, groups, seed)
  return { ids: ids.map((id) => groupOf[id] ?? 0), count: groups }
}

/** As `dealClusters`, for rows that are independent: each is a cluster. */
export function dealRows(rows: number, groups: number, seed: number): Clusters {
  return { ids: dealt(rows, groups, seed), count: Math.min(groups, rows) }
}

/** Fisher and Yates's shuffle of equally many of each group's number. */
function dealt(items: number, groups: number, seed: number): Uint32Array {
  const random = seededRandom(seed, dealing)
  const group = Uint32Array.from({ length: items }, (_, item) => item % groups)
  for (let last = items - 1; last > 0; last -= 1) {
    const other = randomBelow(random, last + 1)
    const moved = group[last] ?? 0
    group[last] = group[other] ?? 0
    group[other] = moved
  }
  return group
}
