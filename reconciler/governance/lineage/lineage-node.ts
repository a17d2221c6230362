/** What lineage consists of: nodes, edges, and the columns behind features. */
import type { Kind } from '../../core/resource.ts'
import type { TracedColumns } from './trace-columns.ts'

export type LineageKind = Exclude<Kind, 'Project' | 'Entity'> | 'Feature' | 'OnDemand'

export interface LineageNode {
  /** `Kind/name`, `Feature/VIEW:FEATURE`, `OnDemand/MODEL:FEATURE`, or `Rollout/name@environment`. */
  readonly id: string
  readonly kind: LineageKind
  readonly name: string
  readonly environment: string | null
  readonly file: string
  readonly line: number
  /** What it is, in a few words. */
  readonly note: string
}

export interface LineageEdge {
  /** What the other is made of. */
  readonly upstream: string
  readonly downstream: string
  /** How: the name that a model has for it, `label`, `rows`, the arm of a rollout; null where there is nothing to say. */
  readonly label: string | null
}

export interface FeatureColumns extends TracedColumns {
  /** `Feature/VIEW:FEATURE`. */
  readonly feature: string
}

/** Plain JSON; every list is sorted, edges are only between nodes that are there. */
export interface LineageGraph {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  readonly columns: readonly FeatureColumns[]
}
