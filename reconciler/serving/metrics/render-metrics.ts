/**
 * A snapshot as Prometheus text (exposition format 0.0.4). Pure.
 * Source: prometheus.io/docs/instrumenting/exposition_formats.
 */
import { durationBuckets, metricFamilies, type MetricName } from './metric-families.ts'
import type { MetricsSnapshot, SeriesSnapshot } from './metrics-snapshot.ts'
import type { ReleaseStatistics } from './release-statistics.ts'

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Every family, in the order of metric-families.ts, also those without a series. */
export function renderMetrics({ series, statistics }: MetricsSnapshot): string {
  const all = [...series, ...statistics.flatMap(describeStatistics)]
  const byName = new Map<MetricName, SeriesSnapshot[]>()
  for (const one of all) byName.set(one.name, [...(byName.get(one.name) ?? []), one])
  const names = Object.keys(metricFamilies) as MetricName[]
  return names.map((name) => renderFamily(name, byName.get(name) ?? [])).join('')
}

function renderFamily(name: MetricName, series: readonly SeriesSnapshot[]): string {
  const { help, type } = metricFamilies[name]
  const lines = series.flatMap((one) => (type === 'histogram' ? renderHistogram(one) : [renderNumber(one)]))
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n')
}

function renderNumber({ name, labels, values }: SeriesSnapshot): string {
  return `${name}${renderLabels(pairLabels(name, labels))} ${renderValue(values[0] ?? 0)}`
}

function renderHistogram({ name, labels, values }: SeriesSnapshot): readonly string[] {
  const pairs = pairLabels(name, labels)
  const bounds = [...durationBuckets.map(String), '+Inf']
  let count = 0
  const buckets = bounds.map((bound, index) => {
    count += values[index] ?? 0
    return `${name}_bucket${renderLabels([...pairs, ['le', bound]])} ${count}`
  })
  const sum = values[bounds.length] ?? 0
  return [...buckets, `${name}_sum${renderLabels(pairs)} ${renderValue(sum)}`, `${name}_count${renderLabels(pairs)} ${count}`]
}

type LabelPair = readonly [name: string, value: string]

function pairLabels(name: MetricName, labels: readonly string[]): readonly LabelPair[] {
  return metricFamilies[name].labels.map((label, index) => [label, labels[index] ?? ''])
}

function renderLabels(pairs: readonly LabelPair[]): string {
  if (pairs.length === 0) return ''
  return `{${pairs.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function renderValue(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

/** The part of the statistics that is worth watching over time. */
function describeStatistics(statistics: ReleaseStatistics): readonly SeriesSnapshot[] {
  const { model, version, executionCount, queue, computeInput, computeInfer, computeOutput } = statistics
  const phases = { queue, input: computeInput, run: computeInfer, output: computeOutput }
  return [
    { name: 'mainward_runs_total', labels: [model, version], values: [executionCount] },
    ...Object.entries(phases).map(([phase, { ns }]): SeriesSnapshot => ({
      name: 'mainward_run_phase_seconds_total',
      labels: [model, version, phase],
      values: [ns / 1e9],
    })),
  ]
}
