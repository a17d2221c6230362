/** The metrics of one or of several processes at one moment, as a JSON value, and how several become one. Pure. */
import { metricFamilies, type MetricFamily, type MetricName } from './metric-families.ts'
import { mergeStatistics, type ReleaseStatistics } from './release-statistics.ts'

export interface SeriesSnapshot {
  readonly name: MetricName
  /** In the order of the family's labels. */
  readonly labels: readonly string[]
  /** One number; for a histogram the counts of its buckets (not added up), of what is larger than all, and the sum. */
  readonly values: readonly number[]
}

export interface MetricsSnapshot {
  readonly series: readonly SeriesSnapshot[]
  readonly statistics: readonly ReleaseStatistics[]
}

/** A version of a model, as series name it. */
export interface KnownVersion {
  readonly model: string
  readonly version: number
}

export const emptySnapshot: MetricsSnapshot = { series: [], statistics: [] }

/** Counters are summed; gauges become one as their family says. */
export function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const merged = new Map<string, SeriesSnapshot>()
  for (const series of snapshots.flatMap((snapshot) => snapshot.series)) {
    const key = keyOf(series)
    const before = merged.get(key)
    merged.set(key, before === undefined ? series : combine(before, series))
  }
  return { series: [...merged.values()], statistics: mergeStatistics(snapshots.flatMap(({ statistics }) => statistics)) }
}

/** What stays true of a process that has ended: all that was counted. Its gauges say nothing any more. */
export function keepCounters({ series, statistics }: MetricsSnapshot): MetricsSnapshot {
  return { series: series.filter(({ name }) => metricFamilies[name].type !== 'gauge'), statistics }
}

/** Without the series of models and versions that are not known. Series of the empty model (one that is not served) stay. */
export function dropUnknown({ series, statistics }: MetricsSnapshot, known: readonly KnownVersion[]): MetricsSnapshot {
  const isKnown = createKnownTest(known)
  return {
    series: series.filter(({ name, labels }) => isKnown(labelOf(name, labels, 'model'), labelOf(name, labels, 'version'))),
    statistics: statistics.filter(({ model, version }) => isKnown(model, version)),
  }
}

/** Whether a series with these labels is of something known; null: the series has no such label. */
export function createKnownTest(known: readonly KnownVersion[]): (model: string | null, version: string | null) => boolean {
  const models = new Set(known.map(({ model }) => model))
  const versions = new Set(known.map(({ model, version }) => versionKey(model, String(version))))
  return (model, version) => {
    if (model === null || model === '') return true
    return version === null ? models.has(model) : versions.has(versionKey(model, version))
  }
}

/** Null when the family has no such label. */
export function labelOf(name: MetricName, labels: readonly string[], label: string): string | null {
  const index = (metricFamilies[name].labels as readonly string[]).indexOf(label)
  return index < 0 ? null : (labels[index] ?? '')
}

export function versionKey(model: string, version: string): string {
  return `${model}\n${version}`
}

function keyOf({ name, labels }: SeriesSnapshot): string {
  return [name, ...labels].join('\n')
}

function combine(a: SeriesSnapshot, b: SeriesSnapshot): SeriesSnapshot {
  const { merge = 'sum' }: MetricFamily = metricFamilies[a.name]
  const values = a.values.map((value, index) => combineValues(merge, value, b.values[index] ?? 0))
  return { ...a, values }
}

function combineValues(merge: 'sum' | 'max' | 'min', a: number, b: number): number {
  if (merge === 'sum') return a + b
  return merge === 'max' ? Math.max(a, b) : Math.min(a, b)
}
