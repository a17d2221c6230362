/** What came of the checks of sources and views on their rows, as a plain value: for commands, reports of training sets, a catalogue. */
import type { Expectation, ExpectationSeverity } from '../../core/feature-definition.ts'
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

export interface ExpectationCheck extends ExpectationResult {
  readonly check: 'expectation'
  readonly severity: ExpectationSeverity
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

/** Whether everything critical is passed: no relation without its rows, and no critical check that failed or was not evaluated. */
export function isSound({ relations }: ChecksReport): boolean {
  return relations.every(
    ({ problem, results }) =>
      problem === null && !results.some((result) => result.severity === 'critical' && isNotPassed(result)),
  )
}

/** What an expectation is about, as a person would say it: its arguments, without those that all have. */
export function describeArguments({ arguments: written }: Expectation): string {
  return Object.entries(written)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
