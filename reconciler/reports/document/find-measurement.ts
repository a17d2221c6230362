/** Finds measurements of an evaluation, and says what a difference means. Pure. */
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import type { GroupKey, Measurement, Reference, Subject } from '../../core/measurement.ts'
import { compareText } from '../../core/finding.ts'

/** Metrics in the order of the catalogue, then others by name. */
export function orderMetrics(names: readonly string[]): readonly string[] {
  const known = Object.keys(metricCatalogue)
  const place = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length)
  return [...new Set(names)].sort((a, b) => place(a) - place(b) || compareText(a, b))
}

/** The same text for the same group, whatever the order of its columns. */
export function groupId(group: GroupKey | undefined): string {
  return group === undefined ? '' : JSON.stringify(Object.entries(group).sort(([a], [b]) => compareText(a, b)))
}

/** Of one set of rows, not across groups. */
export function findMeasurement(
  measurements: readonly Measurement[],
  metric: string,
  of: Subject,
  group?: GroupKey,
): Measurement | undefined {
  const wanted = groupId(group)
  return measurements.find((found) => {
    return found.metric === metric && found.of === of && found.across === undefined && groupId(found.group) === wanted
  })
}

/** `better` and `worse`: the whole interval says so. `not-told`: it does not, or there is none. `none`: the metric has no direction. */
export type Direction = 'better' | 'worse' | 'not-told' | 'none'

export function judgeDifference({ metric, low, high }: Measurement): Direction {
  const better = metricCatalogue[metric]?.better ?? 'none'
  if (better === 'none') return 'none'
  if (low === null || high === null) return 'not-told'
  if (low > 0) return better === 'higher' ? 'better' : 'worse'
  if (high < 0) return better === 'higher' ? 'worse' : 'better'
  return 'not-told'
}

/** Whether the estimate alone is on the bad side, however sure it is. */
export function isEstimateWorse({ metric, estimate }: Measurement): boolean {
  const better = metricCatalogue[metric]?.better ?? 'none'
  if (estimate === null || better === 'none') return false
  return better === 'higher' ? estimate < 0 : estimate > 0
}

export function differenceTo(reference: Reference): Subject {
  return `difference-to-${reference}`
}
