/** Values that can be worked out again quickly when whole clusters of rows are there several times, or not at all. */
import { type ClusterSums, totalsOf } from '../metrics/clusters.ts'

export interface ClusterStatistics {
  readonly clusters: number
  readonly names: readonly string[]
  /** One value for each name, where cluster c is there `counts[c]` times. NaN where undefined. */
  readonly valuesAt: (counts: ArrayLike<number>) => readonly number[]
  /** The same values for several draws at once, where that is faster than one after the other. */
  readonly valuesAtEach?: (draws: readonly ArrayLike<number>[]) => readonly (readonly number[])[]
}

/** The values at each of the draws: together where the statistics know how. */
export function valuesAtEach(
  { valuesAt, valuesAtEach: together }: ClusterStatistics,
  draws: readonly ArrayLike<number>[],
): readonly (readonly number[])[] {
  return together === undefined ? draws.map((counts) => valuesAt(counts)) : together(draws)
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
    valuesAtEach: (draws) => {
      const found = parts.map((part) => valuesAtEach(part, draws))
      return draws.map((_, draw) => found.flatMap((values) => values[draw] ?? []))
    },
  }
}

/** The first's values minus the second's, by name: paired, since both see the same clusters. */
export function differenceOf(first: ClusterStatistics, second: ClusterStatistics): ClusterStatistics {
  assertAlike([second], first.clusters)
  const places = first.names.map((name) => second.names.indexOf(name))
  const missing = first.names.find((_, index) => places[index] === -1)
  if (missing !== undefined) throw new RangeError(`expected ${missing} in both, found it in the first alone`)
  const minus = (values: readonly number[], subtracted: readonly number[] = []) =>
    values.map((value, index) => value - (subtracted[places[index] ?? 0] ?? NaN))
  return {
    clusters: first.clusters,
    names: first.names,
    valuesAt: (counts) => minus(first.valuesAt(counts), second.valuesAt(counts)),
    valuesAtEach: (draws) => {
      const subtracted = valuesAtEach(second, draws)
      return valuesAtEach(first, draws).map((values, draw) => minus(values, subtracted[draw]))
    },
  }
}

/** Those of the names, in their order. */
export function pickStatistics(statistics: ClusterStatistics, wanted: readonly string[]): ClusterStatistics {
  const places = wanted.map((name) => statistics.names.indexOf(name))
  return {
    clusters: statistics.clusters,
    names: wanted,
    valuesAt: (counts) => pick(statistics.valuesAt(counts), places),
    valuesAtEach: (draws) => valuesAtEach(statistics, draws).map((values) => pick(values, places)),
  }
}

function pick(values: readonly number[], places: readonly number[]): readonly number[] {
  return places.map((place) => values[place] ?? NaN)
}

function assertAlike(parts: readonly ClusterStatistics[], clusters: number): void {
  const other = parts.find((part) => part.clusters !== clusters)
  if (other !== undefined) throw new RangeError(`expected statistics of ${clusters} clusters, found one of ${other.clusters}`)
}
