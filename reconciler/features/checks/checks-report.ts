/** What came of the checks of sources and views on their rows, as a plain value: for commands, reports of training sets, a catalogue. */
import { expectationDefinitions, isExpectationName } from '../../core/expectation.ts'
import type { Expectation, ExpectationSeverity, TestCell } from '../../core/feature-definition.ts'
import type { Profile } from '../../profiles/profile.ts'
import type { Verdict } from '../expectations/check.ts'
import type { ExpectationResult } from '../expectations/evaluate-expectations.ts'

/** How old the newest row is, or how many rows came in the window. */
export interface ArrivalResult {
  readonly check: 'freshness' | 'volume'
  readonly severity: ExpectationSeverity
  readonly verdict: Verdict
  /** Why it is not passed; null when it is. */
  readonly reason: string | null
  /** Milliseconds of age, or rows; null: there was nothing to measure. */
  readonly observed: number | null
}

/** Values are written as those of unit tests: times in ISO 8601, int64 beyond 2^53 and NaN as texts. */
export interface ExpectationCheck extends Omit<ExpectationResult, 'examples' | 'observed'> {
  readonly check: 'expectation'
  readonly severity: ExpectationSeverity
  readonly observed: TestCell | readonly TestCell[]
  /** At most twenty rows: which row it is (`__row` of a source counts from 0), and the values that the expectation is about. */
  readonly examples: readonly {
    readonly row: Readonly<Record<string, TestCell>>
    readonly values: Readonly<Record<string, TestCell>>
  }[]
}

export type CheckResult = ExpectationCheck | ArrivalResult

export interface RelationChecks {
  readonly kind: 'DataSource' | 'FeatureView'
  readonly name: string
  /** Why its rows cannot be had: a column that is gone, another dtype, a file that is cut off. Nothing is evaluated then. */
  readonly problem: string | null
  /** Rows that were looked at; null with a problem. */
  readonly rows: number | null
  /** Expectations in their order, then freshness, then volume. */
  readonly results: readonly CheckResult[]
  /** By column; empty where nobody asked. */
  readonly profiles: ReadonlyMap<string, Profile>
  /** Ids of the views and models that read it, directly or through others: `FeatureView/airport_weather`. */
  readonly readers: readonly string[]
}

export interface ChecksReport {
  /** The data clock, in microseconds since the epoch. */
  readonly atMicros: bigint
  /** Sources, then views, each after those that it reads. */
  readonly relations: readonly RelationChecks[]
}

/** `failed` and `not-evaluated` are not passed. */
export function isNotPassed({ verdict }: CheckResult): boolean {
  return verdict !== 'passed'
}

/** A relation is sound when its rows can be had and everything critical is passed. */
export function isSoundRelation({ problem, results }: RelationChecks): boolean {
  return problem === null && !results.some((result) => result.severity === 'critical' && isNotPassed(result))
}

/** Whether everything critical is passed: no relation without its rows, and no critical check that failed or was not evaluated. */
export function isSound({ relations }: ChecksReport): boolean {
  return relations.every(isSoundRelation)
}

/** What an expectation is about, as a person would say it: the arguments that are not what holds anyway. */
export function describeArguments({ name, arguments: written }: Expectation): string {
  const known = isExpectationName(name) ? expectationDefinitions[name].arguments : {}
  return Object.entries(written)
    .filter(([argument, value]) => value !== null && value !== known[argument]?.default)
    .map(([argument, value]) => `${argument}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
