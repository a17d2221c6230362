/** What a resample draws: clusters where rows belong together, else rows; dealt into groups where there are many. */
import type { IntervalMethod } from '../../core/measurement.ts'
import { clustersOf, type Clusters } from '../../statistics/metrics/clusters.ts'
import { dealClusters, dealRows } from '../../statistics/resampling/deal-clusters.ts'

/**
 * A resample costs groups times columns, and for areas groups squared, however many rows there are. The standard error of so many
 * groups is itself within 4.5 %, and Student's t of 249 degrees of freedom is half a percent above the normal.
 */
const mostGroups = 250

export interface Draws {
  readonly clusters: Clusters
  readonly method: IntervalMethod
}

/** `clusters`: of the rows, or null: they are independent. Clusters that have no row here are not drawn. */
export function chooseDraws(clusters: Clusters | null, rows: number, seed: number): Draws {
  if (clusters === null) {
    return { clusters: dealRows(rows, mostGroups, seed), method: rows <= mostGroups ? 'bootstrap-t' : 'group-bootstrap-t' }
  }
  const present = clustersOf(clusters.ids, rows)
  if (present.count <= mostGroups) return { clusters: present, method: 'cluster-bootstrap-t' }
  return { clusters: dealClusters(present, mostGroups, seed), method: 'group-bootstrap-t' }
}

/** How many of the clusters have a row here. */
export function countClusters({ ids }: Clusters): number {
  return new Set(ids).size
}
