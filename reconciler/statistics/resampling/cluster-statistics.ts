/** Values that can be worked out again quickly when whole clusters of rows are there several times, or not at all. */
import { type ClusterSums, totalsOf } from '../metrics/clusters.ts'

export interface ClusterStatistics {
  readonly clusters: number
  readonly names: readonly string[]
  /** One value for each name, where cluster c is there `counts[c]` times. NaN where undefined. */
  readonly valuesAt: (counts: ArrayLike<number>) => readonly number[]
}

/** Functions of sums over rows: a replicate costs as many steps as there are clusters times columns, however many rows there are. */
export function sumStatistics<Name extends string>(
  sums: ClusterSums,
  names: readonly Name[],
  metricsOf: (totals: Float64Array) => Readonly<Record<Name, number>>,
): ClusterStatistics {
  const valuesAt = (counts: ArrayLike<number>) => {
    const metrics = metricsOf(totalsOf(sums, counts))
    return names.map((name) => metrics[name])
  }
  return { clusters: sums.clusters, names, valuesAt }
}

/** All values of all parts, which are of the same clusters. */
export function joined(parts: readonly ClusterStatistics[], clusters: number): ClusterStatistics {
  assertAlike(parts, clusters)
  return {
    clusters,
    names: parts.flatMap(({ names }) => names),
    valuesAt: (counts) => parts.flatMap(({ valuesAt }) => valuesAt(counts)),
  }
}

/** The first's values minus the second's, by name: paired, since both see the same clusters. */
export function differenceOf(first: ClusterStatistics, second: ClusterStatistics): ClusterStatistics {
  assertAlike([second], first.clusters)
  const places = first.names.map((name) => second.names.indexOf(name))
  const missing = first.names.find((_, index) => places[index] === -1)
  if (missing !== undefined) throw new RangeError(`expected ${missing} in both, found it in the first alone`)
  const valuesAt = (counts: ArrayLike<number>) => {
    const subtracted = second.valuesAt(counts)
    return first.valuesAt(counts).map((value, index) => value - (subtracted[places[index] ?? 0] ?? NaN))
  }
  return { clusters: first.clusters, names: first.names, valuesAt }
}

/** Those of the names, in their order. */
export function pickStatistics({ clusters, names, valuesAt }: ClusterStatistics, wanted: readonly string[]): ClusterStatistics {
  const places = wanted.map((name) => names.indexOf(name))
  return { clusters, names: wanted, valuesAt: (counts) => pick(valuesAt(counts), places) }
}

function pick(values: readonly number[], places: readonly number[]): readonly number[] {
  return places.map((place) => values[place] ?? NaN)
}

function assertAlike(parts: readonly ClusterStatistics[], clusters: number): void {
  const other = parts.find((part) => part.clusters !== clusters)
  if (other !== undefined) throw new RangeError(`expected statistics of ${clusters} clusters, found one of ${other.clusters}`)
}
