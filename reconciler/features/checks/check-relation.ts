/** Asks everything of one relation in one scan: expectations, how its rows arrive, and profiles of its columns. */
import type { Expectation, FreshnessRule, VolumeRule } from '../../core/feature-definition.ts'
import type { Profile } from '../../profiles/profile.ts'
import type { Engine } from '../engine/engine.ts'
import { notEvaluated, readCount } from '../expectations/check.ts'
import type { CheckedRelation } from '../expectations/checked-relation.ts'
import { evaluateWith, type ExpectationResult } from '../expectations/evaluate-expectations.ts'
import { assessFreshness, assessVolume, buildArrivals, readArrivals, type Arrivals } from '../expectations/freshness.ts'
import { buildStatistics } from '../statistics/build-statistics.ts'
import { checkCondition } from '../transform/check-condition.ts'
import type { ArrivalResult, CheckResult } from './checks-report.ts'
import { writeResult } from './write-result.ts'

export interface RelationRules {
  readonly expectations: readonly Expectation[]
  readonly freshness: FreshnessRule | null
  readonly volume: VolumeRule | null
}

export interface AskedRelation {
  readonly relation: CheckedRelation
  /** Column of type TIMESTAMP; null: static rows, which neither age nor arrive. */
  readonly eventTime: string | null
  readonly rules: RelationRules
  /** Columns to profile, and the edges of the histograms of those that get one. */
  readonly profiled: { readonly columns: readonly string[]; readonly edges: ReadonlyMap<string, readonly number[]> }
}

export interface CheckedRows {
  readonly rows: number
  readonly results: readonly CheckResult[]
  readonly profiles: ReadonlyMap<string, Profile>
}

/**
 * The engine must be locked. A row condition that may not be run is not evaluated, and keeps nothing else from being. Throws what the
 * engine throws when the rows cannot be read, or a limit or a signal ended it.
 */
export async function checkRelation(engine: Engine, asked: AskedRelation, nowMicros: bigint): Promise<CheckedRows> {
  const { relation, rules, profiled } = asked
  const refused = await refuseConditions(engine, relation, rules.expectations)
  const arrivals = planArrivals(asked, nowMicros)
  const statistics = profiled.columns.map((column) => {
    const dtype = relation.columns.get(column)
    if (dtype === undefined) throw new Error(`no column ${column} in ${relation.name}`)
    return buildStatistics({ relation: relation.name, column, dtype, edges: profiled.edges.get(column) ?? null })
  })
  const { results, values } = await evaluateWith(
    engine,
    relation,
    rules.expectations.filter((expectation) => !refused.has(expectation)),
    [{ expressions: ['count(*)'] }, ...(arrivals === null ? [] : [arrivals]), ...statistics],
  )
  const [counted = [], ...others] = values
  const arrived = arrivals === null ? null : readArrivals(others[0] ?? [])
  const profiles = statistics.map((question, index) => question.read(others[index + (arrivals === null ? 0 : 1)] ?? []))
  return {
    rows: readCount(counted[0]),
    results: [
      ...inOrder(rules.expectations, results, refused).map((result) => writeResult(result, relation.columns)),
      ...assessArrivals(rules, arrived, nowMicros),
    ],
    profiles: new Map(
      profiled.columns.flatMap((column, index) => (profiles[index] === undefined ? [] : [[column, profiles[index]]])),
    ),
  }
}

/** The window is that of the volume; where none is asked for, any one tells the newest row. */
function planArrivals({ eventTime, rules: { freshness, volume } }: AskedRelation, nowMicros: bigint) {
  if (eventTime === null || (freshness === null && volume === null)) return null
  return buildArrivals({ eventTime, nowMicros, windowMs: volume?.windowMs ?? 1, previousWindows: 0 })
}

function assessArrivals(
  { freshness, volume }: RelationRules,
  arrived: Arrivals | null,
  nowMicros: bigint,
): readonly ArrivalResult[] {
  const untimed = { verdict: 'not-evaluated' as const, reason: 'its rows have no event time', observed: null }
  const results: ArrivalResult[] = []
  if (freshness !== null) {
    const judgement = arrived === null ? untimed : assessFreshness(arrived, nowMicros, freshness.maxAgeMs)
    results.push({ check: 'freshness', severity: freshness.severity, ...judgement })
  }
  if (volume !== null) {
    const bounds = { leastRows: volume.minRows, greatestRows: volume.maxRows, leastShare: null, greatestShare: null }
    const judgement = arrived === null ? untimed : assessVolume(arrived, bounds)
    results.push({ check: 'volume', severity: volume.severity, ...judgement })
  }
  return results
}

/** Why a condition may not be run, by the expectation that has it. It is SQL that people wrote: nothing but a condition on the row. */
async function refuseConditions(
  engine: Engine,
  { name }: CheckedRelation,
  expectations: readonly Expectation[],
): Promise<ReadonlyMap<Expectation, string>> {
  const problems = new Map<string, string>()
  for (const condition of new Set(expectations.flatMap(({ rowCondition }) => (rowCondition === null ? [] : [rowCondition])))) {
    const found = await checkCondition(engine, condition, name)
    if (found.length > 0) problems.set(condition, `row_condition: ${found.map(firstLine).join('; ')}`)
  }
  return new Map(
    expectations.flatMap((expectation) => {
      const problem = problems.get(expectation.rowCondition ?? '')
      return problem === undefined ? [] : [[expectation, problem] as const]
    }),
  )
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}

function inOrder(
  expectations: readonly Expectation[],
  evaluated: readonly ExpectationResult[],
  refused: ReadonlyMap<Expectation, string>,
): readonly ExpectationResult[] {
  const rest = [...evaluated]
  return expectations.map((expectation) => {
    const problem = refused.get(expectation)
    if (problem !== undefined) return unevaluated(expectation, problem)
    const next = rest.shift()
    if (next === undefined) throw new Error(`${expectation.name} has no result`)
    return next
  })
}

export function unevaluated(expectation: Expectation, reason: string): ExpectationResult {
  return { ...notEvaluated(reason), expectation, unexpectedPercent: null, examples: [] }
}
