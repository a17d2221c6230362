/** Expectations as DataSource and FeatureView write them. */
import type { Json } from '../../core/digest.ts'
import type { Expectation, ExpectationSeverity } from '../../core/feature-definition.ts'

/** One entry of the list: exactly one member, a name with its arguments in Great Expectations' words. */
export type WrittenExpectation = Readonly<Record<string, Readonly<Record<string, Json>>>>

/** What they mean, with the defaults of what every expectation has: everywhere, all rows, critical. */
export function readExpectations(written: readonly WrittenExpectation[]): readonly Expectation[] {
  return written.flatMap((entry) =>
    Object.entries(entry).map(([name, { mostly, row_condition: rowCondition, severity, ...others }]) => ({
      name,
      arguments: others,
      mostly: (mostly as number | undefined) ?? 1,
      rowCondition: (rowCondition as string | undefined) ?? null,
      severity: (severity as ExpectationSeverity | undefined) ?? 'critical',
    })),
  )
}
