/** What came of the unit tests of views, as plain values that lists, texts and programs show. */
import type { TestCell } from '../../core/feature-definition.ts'

/** `not-run`: a row of it is none, or its view cannot be computed from it. It is not passed. */
export type TestVerdict = 'passed' | 'failed' | 'not-run'

/** A value that is not the expected one. */
export interface CellDifference {
  /** Index in `expect`. */
  readonly row: number
  /** The row's keys, by name. */
  readonly keys: Readonly<Record<string, TestCell>>
  /** As it was written; null for static rows. */
  readonly at: TestCell
  /** The time that values are taken as of, ISO 8601: before `at` for a view that lives on a grid. Null for static rows. */
  readonly asOf: string | null
  /** Name of the feature or aggregation. */
  readonly column: string
  readonly expected: TestCell
  /** As it would be written in a test. */
  readonly found: TestCell
  /** False: no row of the view counts for the key at that time; `found` is null then. Of a view without features: no row in any window. */
  readonly isRowFound: boolean
  /** Null where a row is found. */
  readonly whyNoRow: string | null
}

export interface ViewTestResult {
  readonly view: string
  readonly test: string
  readonly verdict: TestVerdict
  /** Why it was not run; none otherwise. */
  readonly problems: readonly string[]
  /** In the order of the rows of `expect`, then of its columns. */
  readonly differences: readonly CellDifference[]
}
