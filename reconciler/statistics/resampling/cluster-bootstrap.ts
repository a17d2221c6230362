/** Intervals for rows that belong together: whole clusters are drawn with replacement, the same ones for every statistic. */
import { randomBelow, seededRandom } from '../random/seeded-random.ts'
import { studentTQuantile } from '../special/student-t.ts'
import type { ClusterStatistics } from './cluster-statistics.ts'

export interface ClusterInterval {
  readonly estimate: number
  /** Standard deviation of the replicates, times `sqrt(G / (G - 1))` for G clusters. */
  readonly standardError: number
  /** `estimate ± t(G - 1) * standardError`. NaN for fewer than two clusters, and where too many replicates are undefined. */
  readonly low: number
  readonly high: number
  /** Ends of the middle of the replicates, by linear interpolation: too narrow where clusters are few; for comparison. */
  readonly percentileLow: number
  readonly percentileHigh: number
  /** Replicates with a value; in the others a class or a group was not drawn. */
  readonly replicates: number
  readonly clusters: number
}

interface Given {
  readonly statistics: ClusterStatistics
  /** How often clusters are drawn; 1,000 or more. */
  readonly replicates: number
  readonly seed: number
  readonly confidence: number
}

/** At least so many of the replicates must have a value: an interval of a selection of them would say more than is known. */
const leastDefined = 0.95

/**
 * The cluster ("block", "pairs") bootstrap (Cameron, Gelbach and Miller, "Bootstrap-based improvements for inference with clustered errors", 2008),
 * with Student's t of G - 1 degrees of freedom instead of the normal distribution: with few clusters the replicates alone give
 * intervals that are too narrow. Their spread is low by (G - 1) / G, which is put right. Replicate r depends on the seed and r alone.
 */
export function clusterBootstrap(given: Given): Readonly<Record<string, ClusterInterval>> {
  const { statistics, replicates, confidence } = given
  const estimates = statistics.valuesAt(new Float64Array(statistics.clusters).fill(1))
  const drawn = statistics.names.map(() => new Float64Array(replicates))
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    const values = statistics.valuesAt(drawClusters(statistics.clusters, given.seed, replicate))
    for (const [index, value] of values.entries()) (drawn[index] ?? new Float64Array())[replicate] = value
  }
  const intervals = statistics.names.map((name, index) => {
    const about = { estimate: estimates[index] ?? NaN, clusters: statistics.clusters, confidence }
    return [name, intervalOf(drawn[index] ?? new Float64Array(), about)] as const
  })
  return Object.fromEntries(intervals)
}

/** How often each of the clusters is there when as many are drawn with replacement. */
export function drawClusters(clusters: number, seed: number, replicate: number): Float64Array {
  const random = seededRandom(seed, replicate)
  const counts = new Float64Array(clusters)
  for (let draw = 0; draw < clusters; draw += 1) {
    const cluster = randomBelow(random, clusters)
    counts[cluster] = (counts[cluster] ?? 0) + 1
  }
  return counts
}

interface About {
  readonly estimate: number
  readonly clusters: number
  readonly confidence: number
}

function intervalOf(drawn: Float64Array, { estimate, clusters, confidence }: About): ClusterInterval {
  const defined = drawn.filter((value) => !Number.isNaN(value)).sort()
  const enough = clusters > 1 && defined.length >= leastDefined * drawn.length
  const tail = (1 - confidence) / 2
  const standardError = enough ? deviationOf(defined) * Math.sqrt(clusters / (clusters - 1)) : NaN
  const reach = -studentTQuantile(tail, clusters - 1) * standardError
  return {
    estimate,
    standardError,
    low: estimate - reach,
    high: estimate + reach,
    percentileLow: enough ? quantileOf(defined, tail) : NaN,
    percentileHigh: enough ? quantileOf(defined, 1 - tail) : NaN,
    replicates: defined.length,
    clusters,
  }
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** Type 7 of Hyndman and Fan (1996), of sorted values. */
function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN]
  return below + (above - below) * (place - Math.floor(place))
}
