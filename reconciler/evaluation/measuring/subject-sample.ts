/** The scores of one model on some rows, as metrics and intervals ask for them; each task has its own. */
import type { Proportion } from '../../statistics/intervals/interval.ts'
import type { DelongComponents } from '../../statistics/metrics/delong.ts'
import type { Clusters } from '../../statistics/metrics/clusters.ts'
import type { ClusterStatistics } from '../../statistics/resampling/cluster-statistics.ts'

export interface SubjectSample {
  readonly rows: number
  /** NaN: undefined. */
  estimate(metric: string): number
  /** Why an estimate is undefined, in words. */
  whyUndefined(metric: string): string
  /** Where the metric is a share of rows of one weight. */
  proportion(metric: string): Proportion | null
  /** Where it is a share among rows that the truth alone chooses: 1 for each that counts. */
  hits(metric: string): Uint8Array | null
  /** Where it is a mean over rows of one weight: what each adds. */
  losses(metric: string): Float64Array | null
  /** Where it is the area under the ROC curve, of rows of one weight. */
  areaComponents(metric: string): DelongComponents | null
  /** Why resamples do not tell how sure a metric of these rows is, in words; null: they do. */
  whyNotResampled(metric: string): string | null
  /** Only metrics that a resample knows, of at most 2,000 clusters. */
  statistics(metrics: readonly string[], clusters: Clusters): ClusterStatistics
}

export interface SampleColumns {
  readonly truth: Float64Array
  /** A score a row, or one a class. */
  readonly scores: Float64Array
  readonly weights: Float64Array | undefined
  readonly classes: number
  /** Binary classification. */
  readonly threshold: number
}
