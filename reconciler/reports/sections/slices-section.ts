/** The section on parts of the rows: which got worse than in production, and all that were measured. Pure. */
import type { Evaluation } from '../../core/evaluation.ts'
import { describeGroup, type Measurement } from '../../core/measurement.ts'
import { compareText } from '../../core/finding.ts'
import { code, paragraph, type Block, type Column, type Section, type Text } from '../document/document.ts'
import {
  differenceTo,
  findMeasurement,
  groupId,
  isEstimateWorse,
  judgeDifference,
  orderMetrics,
} from '../document/find-measurement.ts'
import { formatCount, formatMetric } from '../document/format-number.ts'
import { differenceCells, nameMetric, valueCells } from './metrics-section.ts'

/** Groups beyond these are in the value, not in the report. */
const shownRows = 200

export function buildSlices(evaluation: Evaluation): readonly Section[] {
  const sliced = evaluation.measurements.filter(({ group, across }) => group !== undefined && across === undefined)
  if (sliced.length === 0) return []
  const blocks = [...worseBlocks(evaluation, sliced), allSlices(sliced)]
  return [{ kind: 'slices', title: 'Slices', level: 3, isFolded: false, blocks }]
}

/** Differences to production whose estimate is on the bad side: proven ones first, then the largest. */
export function findWorseSlices(measurements: readonly Measurement[]): readonly Measurement[] {
  const worse = measurements.filter(
    (found) => found.group !== undefined && found.of === differenceTo('production') && isEstimateWorse(found),
  )
  const proven = (found: Measurement): number => (judgeDifference(found) === 'worse' ? 0 : 1)
  const size = ({ estimate }: Measurement): number => Math.abs(estimate ?? 0)
  return [...worse].sort(
    (a, b) =>
      proven(a) - proven(b) ||
      compareText(a.metric, b.metric) ||
      size(b) - size(a) ||
      compareText(groupId(a.group), groupId(b.group)),
  )
}

function worseBlocks({ production }: Evaluation, sliced: readonly Measurement[]): readonly Block[] {
  if (production.version === null) return [paragraph(`Slices are not compared: ${production.because}.`)]
  const worse = findWorseSlices(sliced)
  if (worse.length === 0) return [paragraph('No slice has a worse estimate than in production.')]
  const proven = worse.filter((found) => judgeDifference(found) === 'worse').length
  const columns: readonly Column[] = [
    { title: 'Slice' },
    { title: 'Rows', align: 'right' },
    { title: 'Metric' },
    { title: 'Difference', align: 'right' },
    { title: 'Interval of it' },
    { title: 'Says' },
  ]
  const rows = worse
    .slice(0, shownRows)
    .map((found): readonly Text[] => [
      code(describeGroup(found.group ?? {})),
      formatCount(found.rows),
      nameMetric(found.metric),
      ...differenceCells(found),
    ])
  const counted = `${formatCount(worse.length)} values of slices are worse than in production, ${formatCount(proven)} of them beyond doubt (each by itself: intervals of many slices are not corrected here).`
  return [paragraph(counted, ...andMore(worse.length)), { type: 'table', columns, rows }]
}

function andMore(count: number): readonly string[] {
  return count > shownRows ? [` The first ${shownRows} are shown; the JSON report has all.`] : []
}

function allSlices(sliced: readonly Measurement[]): Block {
  const own = sliced.filter(({ of }) => of === 'candidate')
  const keys = [...new Map(own.map((found) => [`${groupId(found.group)}`, found.group ?? {}])).entries()].sort(([a], [b]) =>
    compareText(a, b),
  )
  const metrics = orderMetrics(own.map(({ metric }) => metric))
  const cells = keys.flatMap(([, group]) => metrics.map((metric) => ({ group, metric })))
  const rows = cells.slice(0, shownRows).map(({ group, metric }): readonly Text[] => sliceRow(group, metric, sliced))
  const columns: readonly Column[] = [
    { title: 'Slice' },
    { title: 'Rows', align: 'right' },
    { title: 'Metric' },
    { title: 'Value', align: 'right' },
    { title: 'Interval' },
    { title: 'Production', align: 'right' },
  ]
  return {
    type: 'details',
    summary: `All slices (${keys.length})`,
    blocks: [{ type: 'table', columns, rows }, ...andMore(cells.length).map((text) => paragraph(text.trim()))],
  }
}

function sliceRow(
  group: Readonly<Record<string, string | null>>,
  metric: string,
  sliced: readonly Measurement[],
): readonly Text[] {
  const own = findMeasurement(sliced, metric, 'candidate', group)
  const production = findMeasurement(sliced, metric, 'production', group)
  const served = production === undefined ? '' : formatMetric(production.estimate)
  return [code(describeGroup(group)), formatCount(own?.rows ?? 0), nameMetric(metric), ...valueCells(own), served]
}
