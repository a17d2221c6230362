/** The section on parts of the rows: which got worse than in production, and all that were measured. Pure. */
import type { Evaluation } from '../../core/evaluation.ts'
import { describeGroup, type GroupKey, type Measurement, type Subject } from '../../core/measurement.ts'
import { compareText } from '../../core/finding.ts'
import type { ModelVerdict } from '../../core/verdict.ts'
import { code, paragraph, type Block, type Column, type Section, type Text } from '../document/document.ts'
import { differenceTo, groupId, isEstimateWorse, judgeDifference, orderMetrics } from '../document/find-measurement.ts'
import { formatCount, formatMetric } from '../document/format-number.ts'
import { isOfPolicy } from './fairness-section.ts'
import { differenceCells, nameMetric, valueCells } from './metrics-section.ts'

/** Groups of fairness policies are in a section of their own. */
export function buildSlices(evaluation: Evaluation, verdict: ModelVerdict): readonly Section[] {
  const blocks = slicesBlocks(evaluation, verdict)
  return blocks.length === 0 ? [] : [{ kind: 'slices', title: 'Slices', level: 3, isFolded: false, blocks }]
}

export function slicesBlocks(evaluation: Evaluation, verdict: ModelVerdict): readonly Block[] {
  const sliced = evaluation.measurements.filter(({ group, across }) => {
    return group !== undefined && across === undefined && !isOfPolicy(group, verdict)
  })
  return sliced.length === 0 ? [] : [...worseBlocks(evaluation, sliced), allSlices(sliced)]
}

/** Differences to production whose estimate is on the bad side: proven ones first, then by metric, the largest first. */
export function findWorseSlices(measurements: readonly Measurement[]): readonly Measurement[] {
  const worse = measurements.filter((found) => {
    return found.group !== undefined && found.of === differenceTo('production') && isEstimateWorse(found)
  })
  const proven = (found: Measurement): number => (judgeDifference(found) === 'worse' ? 0 : 1)
  const size = ({ estimate }: Measurement): number => Math.abs(estimate ?? 0)
  return [...worse].sort((a, b) => {
    const byDirection = proven(a) - proven(b) || compareText(a.metric, b.metric)
    return byDirection || size(b) - size(a) || compareText(groupId(a.group), groupId(b.group))
  })
}

function worseBlocks({ production }: Evaluation, sliced: readonly Measurement[]): readonly Block[] {
  if (production.because !== undefined) return [paragraph(`Slices are not compared: ${production.because}.`)]
  const worse = findWorseSlices(sliced)
  if (worse.length === 0) return [paragraph('No slice has a worse estimate than in production.')]
  const proven = worse.filter((found) => judgeDifference(found) === 'worse').length
  const rows = worse.map((found): readonly Text[] => [
    ...nameCells(found.group, found.metric, found.rows),
    ...differenceCells(found),
  ])
  const columns: readonly Column[] = [
    ...nameColumns,
    { title: 'Difference', align: 'right' },
    { title: 'Interval of it' },
    { title: 'Says' },
  ]
  const counted = `${formatCount(worse.length)} values of slices are worse than in production, ${formatCount(proven)} of them proven (each by itself: nothing is corrected for many slices here).`
  return [paragraph(counted), { type: 'table', columns, rows }]
}

const nameColumns: readonly Column[] = [{ title: 'Slice' }, { title: 'Rows', align: 'right' }, { title: 'Metric' }]

function nameCells(group: GroupKey | undefined, metric: string, rows: number): readonly Text[] {
  return [code(describeGroup(group ?? {})), formatCount(rows), nameMetric(metric)]
}

function allSlices(sliced: readonly Measurement[]): Block {
  const index = new Map(sliced.map((found) => [measurementId(found.metric, found.of, found.group), found]))
  const own = sliced.filter(({ of }) => of === 'candidate')
  const groups = [...new Map(own.map((found) => [groupId(found.group), found.group])).entries()].sort(([a], [b]) =>
    compareText(a, b),
  )
  const metrics = orderMetrics(own.map(({ metric }) => metric))
  const rows = groups.flatMap(([, group]) => metrics.flatMap((metric) => sliceRow(group, metric, index)))
  const columns: readonly Column[] = [
    ...nameColumns,
    { title: 'Value', align: 'right' },
    { title: 'Interval' },
    { title: 'Production', align: 'right' },
  ]
  return { type: 'details', summary: `All slices (${groups.length})`, blocks: [{ type: 'table', columns, rows }] }
}

function measurementId(metric: string, of: Subject, group: GroupKey | undefined): string {
  return `${metric} ${of} ${groupId(group)}`
}

function sliceRow(
  group: GroupKey | undefined,
  metric: string,
  index: ReadonlyMap<string, Measurement>,
): readonly (readonly Text[])[] {
  const own = index.get(measurementId(metric, 'candidate', group))
  if (own === undefined) return []
  const production = index.get(measurementId(metric, 'production', group))
  return [
    [
      ...nameCells(group, metric, own.rows),
      ...valueCells(own),
      production === undefined ? '' : formatMetric(production.estimate),
    ],
  ]
}
