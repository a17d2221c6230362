/** Parts of definitions in words, as a person would write them. Pure. */
import { canonicalJson } from '../../core/digest.ts'
import { expectationDefinitions } from '../../core/expectation.ts'
import type { Expectation, Freshness } from '../../core/feature-definition.ts'
import { writeDuration } from '../../manifests/duration.ts'
import type { AggregationEntry } from './feature-catalogue.ts'

/** `every 15m, lag 1m`, `pushed`, or `offline`. */
export function describeFreshness(online: Freshness | null): string {
  if (online === null) return 'offline'
  if (online.type === 'exact') return 'pushed'
  const lag = online.lagMs === 0 ? '' : `, lag ${writeDuration(online.lagMs)}`
  return `every ${writeDuration(online.refreshMs)}${lag}`
}

/** `max of wind_speed over 6h where wind_speed > 0`; without an aggregation `newest value`. */
export function describeAggregation(aggregation: AggregationEntry | null): string {
  if (aggregation === null) return 'newest value'
  const { function: name, column, windowMs, where, quantile } = aggregation
  const what = quantile === null ? name : `${name} ${quantile}`
  const of = column === null ? '' : ` of ${column}`
  return `${what}${of} over ${writeDuration(windowMs)}${where === null ? '' : ` where ${where}`}`
}

/** `expect_column_values_to_not_be_null {"column":"origin"} mostly 0.99, warning`. */
export function describeExpectation({ name, arguments: given, mostly, rowCondition, severity }: Expectation): string {
  const extras = [
    ...(mostly === 1 ? [] : [`mostly ${mostly}`]),
    ...(rowCondition === null ? [] : [`where ${rowCondition}`]),
    ...(severity === 'critical' ? [] : [severity]),
  ]
  const defaults = expectationDefinitions[name as keyof typeof expectationDefinitions].arguments
  const written = Object.entries(given).filter(([key, value]) => canonicalJson(defaults[key]?.default) !== canonicalJson(value))
  return `${name} ${JSON.stringify(Object.fromEntries(written))}${extras.length === 0 ? '' : ` ${extras.join(', ')}`}`
}
