/** What a rule of a metric is judged by: the whole interval, or the estimate alone where it says so, or where the metric has no interval. */
import { metricCatalogue } from '../core/metric-catalogue.ts'
import type { MetricRule } from '../core/rule.ts'

export function judgeOf({ metric, judge }: Pick<MetricRule, 'metric' | 'judge'>): MetricRule['judge'] {
  return hasNoInterval(metric) ? 'point' : judge
}

/** Of its nature, whatever the rows. */
export function hasNoInterval(metric: string): boolean {
  return (metricCatalogue[metric]?.noInterval ?? null) !== null
}
