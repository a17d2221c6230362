/** Rates of every group and intersection, beside the overall rates: Fairlearn's `MetricFrame`. */
import { totalsOf } from '../metrics/clusters.ts'
import { type Attribute, type Intersection, intersectionOf } from './attribute.ts'
import {
  assertDecisions,
  cellsOfGroup,
  cellsOfGroups,
  type Decisions,
  type GroupRates,
  groupSums,
  ratesOf,
  type WithoutDenominator,
} from './group-rates.ts'

export interface Group {
  /** One level of each attribute. */
  readonly levels: readonly string[]
  /** NaN, the count too, when nobody is in it. */
  readonly rates: GroupRates
}

/** The groups that are compared with each other: within one level of the controls, or all rows. */
export interface Stratum {
  /** One level of each control; empty without controls. */
  readonly controls: readonly string[]
  readonly overall: GroupRates
  readonly groups: readonly Group[]
}

interface Given {
  readonly decisions: Decisions
  /** Groups are the intersections of these. */
  readonly sensitive: readonly Attribute[]
  /** Groups are compared only where these are equal. */
  readonly controls?: readonly Attribute[]
  readonly withoutDenominator: WithoutDenominator
}

/** One stratum for each combination of controls, in each one group for each combination of attributes. Throws a RangeError for rows that are no decisions. */
export function metricFrame({ decisions, sensitive, controls = [], withoutDenominator }: Given): readonly Stratum[] {
  assertDecisions(decisions)
  const rows = decisions.truth.length
  const [strata, groups] = [intersectionOf(controls, rows), intersectionOf(sensitive, rows)]
  const totals = totalsOf(groupSums(decisions, crossing(strata, groups)))
  const size = groups.cells.length
  return strata.cells.map((controls, stratum) =>
    stratumOf({ totals, controls, cells: groups.cells, first: stratum * size, withoutDenominator }),
  )
}

interface StratumSums {
  /** Of `groupSums`. */
  readonly totals: Float64Array
  readonly cells: readonly (readonly string[])[]
  /** The number of the stratum's first group. */
  readonly first?: number
  readonly controls?: readonly string[]
  readonly withoutDenominator: WithoutDenominator
}

/** A stratum from the sums of its groups, which follow each other. */
export function stratumOf({ totals, cells, first = 0, controls = [], withoutDenominator }: StratumSums): Stratum {
  const numbers = cells.map((_, group) => first + group)
  return {
    controls,
    overall: ratesOf(cellsOfGroups(totals, numbers), withoutDenominator),
    groups: cells.map((levels, group) => ({ levels, rates: ratesOf(cellsOfGroup(totals, first + group), withoutDenominator) })),
  }
}

function crossing(outer: Intersection, inner: Intersection): { readonly ids: Uint32Array; readonly count: number } {
  return {
    ids: outer.codes.map((code, row) => code * inner.cells.length + (inner.codes[row] ?? 0)),
    count: outer.cells.length * inner.cells.length,
  }
}
