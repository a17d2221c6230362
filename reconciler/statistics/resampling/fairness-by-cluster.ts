/** Rates of groups, and how far they are apart, for any multiplicities of clusters. */
import { type Attribute, intersectionOf } from '../fairness/attribute.ts'
import type { ComparisonMethod } from '../fairness/group-comparison.ts'
import { assertDecisions, type Decisions, groupRateNames, groupSums, type WithoutDenominator } from '../fairness/group-rates.ts'
import { type Stratum, stratumOf } from '../fairness/metric-frame.ts'
import { type Parity, parityNames, parityOf } from '../fairness/parity.ts'
import { assertClusters, type Clusters, totalsOf } from '../metrics/clusters.ts'
import type { ClusterStatistics } from './cluster-statistics.ts'

interface Given {
  readonly decisions: Decisions
  /** Groups are the intersections of these. */
  readonly sensitive: readonly Attribute[]
  readonly clusters: Clusters
  readonly withoutDenominator: WithoutDenominator
}

/** One value for each name of `Parity`. Throws a RangeError for wrong rows. */
export function parityByCluster(given: Given, method: ComparisonMethod): ClusterStatistics {
  const namesOf = () => parityNames
  const valuesOf = (stratum: Stratum) => {
    const parity: Parity = parityOf(stratum, method)
    return parityNames.map((name) => parity[name])
  }
  return ofStratum(given, namesOf, valuesOf)
}

/** One value for each rate of each group, named by the rate and the group's levels: `selection_rate|f|30-60`. Throws a RangeError for wrong rows. */
export function groupRatesByCluster(given: Given): ClusterStatistics {
  const namesOf = ({ groups }: Stratum) =>
    groups.flatMap(({ levels }) => groupRateNames.map((rate) => [rate, ...levels].join('|')))
  const valuesOf = ({ groups }: Stratum) => groups.flatMap(({ rates }) => groupRateNames.map((rate) => rates[rate]))
  return ofStratum(given, namesOf, valuesOf)
}

function ofStratum(
  { decisions, sensitive, clusters, withoutDenominator }: Given,
  namesOf: (stratum: Stratum) => readonly string[],
  valuesOf: (stratum: Stratum) => readonly number[],
): ClusterStatistics {
  assertDecisions(decisions)
  assertClusters(clusters, decisions.truth.length)
  const { cells, codes } = intersectionOf(sensitive, decisions.truth.length)
  const sums = groupSums(decisions, { ids: codes, count: cells.length }, clusters)
  const at = (counts?: ArrayLike<number>) => stratumOf({ totals: totalsOf(sums, counts), cells, withoutDenominator })
  return { clusters: clusters.count, names: namesOf(at()), valuesAt: (counts) => valuesOf(at(counts)) }
}
