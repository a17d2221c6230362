/** Profiles of the columns of a relation, from the statement that also evaluates its expectations. */
import type { Expectation } from '../../core/feature-definition.ts'
import type { Profile } from '../../profiles/profile.ts'
import type { Engine } from '../engine/engine.ts'
import type { CheckedRelation } from '../expectations/checked-relation.ts'
import { evaluateWith, type ExpectationResult } from '../expectations/evaluate-expectations.ts'
import { buildStatistics } from './build-statistics.ts'

export interface StatisticsRequest {
  readonly expectations: readonly Expectation[]
  /** Columns to profile. */
  readonly columns: readonly string[]
  /** Edges of histograms, by column: where there are none, no histogram is made. */
  readonly edges: ReadonlyMap<string, readonly number[]>
}

export interface Statistics {
  readonly profiles: ReadonlyMap<string, Profile>
  readonly results: readonly ExpectationResult[]
}

/** Throws what the engine throws; an expectation that it refuses is only not evaluated. */
export async function computeStatistics(
  engine: Engine,
  relation: CheckedRelation,
  request: StatisticsRequest,
): Promise<Statistics> {
  const questions = request.columns.map((column) => {
    const dtype = relation.columns.get(column)
    if (dtype === undefined) throw new Error(`no column ${column} in ${relation.name}`)
    return buildStatistics({ relation: relation.name, column, dtype, edges: request.edges.get(column) ?? null })
  })
  const { results, values } = await evaluateWith(engine, relation, request.expectations, questions)
  const profiles = new Map(request.columns.map((column, index) => [column, questions[index]?.read(values[index] ?? [])] as const))
  return { results, profiles: profiles as ReadonlyMap<string, Profile> }
}
