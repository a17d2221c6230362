/** The section on what a version is worth on all rows: beside production and a plain guess, with intervals. Pure. */
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import type { Evaluation } from '../../core/evaluation.ts'
import type { IntervalMethod, Measurement } from '../../core/measurement.ts'
import { badge, code, paragraph, type Block, type Column, type Section, type Text } from '../document/document.ts'
import { differenceTo, findMeasurement, judgeDifference, orderMetrics, type Direction } from '../document/find-measurement.ts'
import { formatCount, formatDifference, formatInterval, formatMetric } from '../document/format-number.ts'
import { confusionBlocks } from './confusion-block.ts'

export function buildMetrics(evaluation: Evaluation, version: number | null): readonly Section[] {
  const blocks = metricsBlocks(evaluation, version)
  return blocks.length === 0 ? [] : [{ kind: 'metrics', title: 'Metrics', level: 3, isFolded: false, blocks }]
}

/** Nothing where no metric of all rows was measured. */
export function metricsBlocks(evaluation: Evaluation, version: number | null): readonly Block[] {
  const all = evaluation.measurements.filter(({ group, across }) => group === undefined && across === undefined)
  const metrics = orderMetrics(all.map(({ metric }) => metric))
  if (metrics.length === 0) return []
  const own = { title: version === null ? 'This version' : `Version ${version}`, align: 'right' } as const
  const columns: readonly Column[] = [{ title: 'Metric' }, own, { title: 'Interval' }, ...referenceColumns(evaluation)]
  const rows = metrics.map((metric) => metricRow(metric, evaluation, all))
  return [
    paragraph(describeRows(evaluation)),
    { type: 'table', columns, rows },
    ...footnotes(evaluation, all),
    ...confusionBlocks(evaluation),
  ]
}

/** What was scored, and how sure the intervals are. */
export function describeRows({ part, rows, clusters, weights, confidence, threshold }: Evaluation): string {
  const together =
    clusters === undefined
      ? ''
      : ` of ${formatCount(clusters.count)} ${clusters.by === 'day' ? 'days' : `values of ${clusters.by}`}, which are drawn together`
  const weighted = weights === undefined ? '' : `, weighted by ${weights}`
  const decided = threshold === undefined ? '' : ` The decision is true from a score of ${threshold} on.`
  return `${formatCount(rows)} rows of the ${part} part${together}${weighted}. Intervals are of ${Number((100 * confidence).toPrecision(6))} % confidence.${decided}`
}

function referenceColumns({ production, baseline }: Evaluation): readonly Column[] {
  const difference = [{ title: 'Difference', align: 'right' } as const, { title: 'Interval of it' }, { title: 'Says' }]
  const served =
    production.because !== undefined
      ? []
      : [{ title: `Production (${production.version})`, align: 'right' } as const, ...difference]
  return [...served, { title: `Plain guess (${baseline.kind})`, align: 'right' }]
}

function metricRow(metric: string, { production }: Evaluation, all: readonly Measurement[]): readonly Text[] {
  const own = findMeasurement(all, metric, 'candidate')
  const served = production.because !== undefined ? [] : comparisonCells(metric, all)
  return [nameMetric(metric), ...valueCells(own), ...served, estimateOf(findMeasurement(all, metric, 'baseline'))]
}

function comparisonCells(metric: string, all: readonly Measurement[]): readonly Text[] {
  const difference = findMeasurement(all, metric, differenceTo('production'))
  return [estimateOf(findMeasurement(all, metric, 'production')), ...differenceCells(difference)]
}

/** Signed estimate, interval, and what the two say. */
export function differenceCells(difference: Measurement | undefined): readonly Text[] {
  if (difference === undefined) return ['', '', 'not compared']
  const interval = formatInterval(difference.low, difference.high, formatDifference)
  return [formatDifference(difference.estimate), interval, directionText(judgeDifference(difference), difference.because)]
}

function directionText(direction: Direction, because: string | undefined): Text {
  if (direction === 'better') return badge('better', 'good')
  if (direction === 'worse') return badge('worse', 'bad')
  return direction === 'none' ? 'neither is better' : (because ?? 'no difference proven')
}

export function valueCells(measurement: Measurement | undefined): readonly Text[] {
  if (measurement === undefined) return ['', 'not measured']
  const { low, high, because } = measurement
  return [formatMetric(measurement.estimate), low === null && high === null ? (because ?? '') : formatInterval(low, high)]
}

function estimateOf(measurement: Measurement | undefined): string {
  return measurement === undefined ? '' : formatMetric(measurement.estimate)
}

/** `log_loss ↓`: an arrow says which way is better. */
export function nameMetric(metric: string): Text {
  const better = metricCatalogue[metric]?.better ?? 'none'
  return better === 'none' ? code(metric) : [code(metric), better === 'higher' ? ' ↑' : ' ↓']
}

const methods: Readonly<Record<IntervalMethod, string>> = {
  'clopper-pearson': 'Clopper-Pearson (exact)',
  delong: 'DeLong',
  'mean-t': "Student's t of the mean",
  newcombe: 'Newcombe',
  'bootstrap-t': "a bootstrap of rows with Student's t",
  'cluster-bootstrap-t': "a bootstrap of clusters with Student's t",
  'group-bootstrap-t': "a bootstrap within groups with Student's t",
}

function footnotes({ production, bootstrap }: Evaluation, all: readonly Measurement[]): readonly Block[] {
  const used = [...new Set(all.flatMap(({ method }) => (method === undefined ? [] : [method])))].sort()
  const drawn = used.some((method) => method.includes('bootstrap'))
    ? ` (${formatCount(bootstrap.replicates)} replicates, seed ${bootstrap.seed})`
    : ''
  const intervals = used.length === 0 ? [] : [`Intervals by ${used.map((method) => methods[method]).join(', ')}${drawn}. `]
  const compared =
    production.because !== undefined
      ? `Not compared with production: ${production.because}. `
      : 'A difference is this version minus production, on the same rows. '
  return [paragraph(...intervals, compared, '↑: higher is better, ↓: lower is better.')]
}
