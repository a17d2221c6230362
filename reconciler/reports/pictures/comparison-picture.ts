/** Differences to production with their intervals, of all rows and of slices, against zero and the margins of rules: a forest plot. Pure. */
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import type { Evidence } from '../../core/evidence.ts'
import { describeGroup, type Measurement } from '../../core/measurement.ts'
import type { ModelVerdict } from '../../core/verdict.ts'
import { compareText } from '../../core/finding.ts'
import { differenceTo, groupId, judgeDifference, orderMetrics } from '../document/find-measurement.ts'
import { judgementColours, judgementShapes } from './picture-style.ts'
import type { PictureSpec } from './picture-spec.ts'

/** Lines of one metric: more would be no picture. Those of the largest slices are shown. */
const shownLines = 20
const words = ['better', 'worse', 'not told'] as const

/** Null where nothing was compared with an interval. */
export function buildComparisonPicture(model: string, { evaluation, verdict }: Evidence): PictureSpec | null {
  const found = evaluation.measurements.filter((measurement) => {
    const { of, across, low, high, metric } = measurement
    return (
      of === differenceTo('production') &&
      across === undefined &&
      low !== null &&
      high !== null &&
      metricCatalogue[metric]?.better !== 'none'
    )
  })
  const metrics = orderMetrics(found.map(({ metric }) => metric))
  if (metrics.length === 0) return null
  const panels = metrics.map((metric) => buildPanel(metric, found.filter((measurement) => measurement.metric === metric), marginsOf(metric, verdict))) // prettier-ignore
  return {
    name: 'comparison',
    description: describe(found, evaluation.production.version),
    spec: {
      title: `Difference to production: ${model}`,
      spacing: 26,
      vconcat: panels,
      resolve: { scale: { x: 'independent', y: 'independent' } },
    },
  }
}

/** On the axis of the difference: where a rule begins to refuse. */
function marginsOf(metric: string, { gates }: ModelVerdict): readonly number[] {
  const margins = gates
    .flatMap(({ rules }) => rules)
    .flatMap(({ metric: judged, bound }) => {
      if (judged !== metric || bound === undefined || !('reference' in bound) || bound.reference !== 'production') return []
      const towardsBetter = metricCatalogue[metric]?.better === 'lower' ? -1 : 1
      return [bound.type === 'betterThan' ? towardsBetter * bound.margin : -towardsBetter * bound.margin]
    })
  return [...new Set(margins.map((margin) => margin + 0))].sort((a, b) => a - b)
}

function buildPanel(metric: string, found: readonly Measurement[], margins: readonly number[]): object {
  const values = chooseLines(found).map((measurement) => ({ line: nameLine(measurement), estimate: measurement.estimate, low: measurement.low, high: measurement.high, says: says(measurement) })) // prettier-ignore
  const y = { field: 'line', type: 'nominal', title: null, sort: null, axis: { grid: true, ticks: false, domain: false } }
  const better = metricCatalogue[metric]?.better === 'lower' ? '← better is left' : 'better is right →'
  const x = { type: 'quantitative', title: `${metric}: this version minus production (${better})`, scale: { zero: true } }
  const legend = { title: null, values: words }
  const color = { field: 'says', type: 'nominal', legend, scale: { domain: words, range: judgementColours } }
  const shape = { field: 'says', type: 'nominal', legend, scale: { domain: words, range: judgementShapes } }
  return {
    width: 360,
    height: { step: 18 },
    layer: [
      line([0], '#1a1d21', [1, 0]),
      ...(margins.length === 0 ? [] : [line(margins, '#a4161a', [4, 3])]),
      {
        data: { values },
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 60, opacity: 1 },
        encoding: { y, x: { ...x, field: 'estimate' }, color, shape },
      },
    ],
  }
}

function line(at: readonly number[], color: string, strokeDash: readonly number[]): object {
  return { data: { values: at.map((value) => ({ value })) }, mark: { type: 'rule', color, strokeDash, strokeWidth: 1 }, encoding: { x: { field: 'value', type: 'quantitative' } } } // prettier-ignore
}

/** All rows first, then the largest slices, in the order of their names. */
function chooseLines(found: readonly Measurement[]): readonly Measurement[] {
  const slices = found.filter(({ group }) => group !== undefined)
  const largest = [...slices]
    .sort((a, b) => b.rows - a.rows || compareText(groupId(a.group), groupId(b.group)))
    .slice(0, shownLines - 1)
  return [
    ...found.filter(({ group }) => group === undefined),
    ...[...largest].sort((a, b) => compareText(groupId(a.group), groupId(b.group))),
  ]
}

function nameLine({ group, rows }: Measurement): string {
  return group === undefined ? 'all rows' : `${describeGroup(group)} (${rows})`
}

function says(measurement: Measurement): (typeof words)[number] {
  const direction = judgeDifference(measurement)
  return direction === 'better' || direction === 'worse' ? direction : 'not told'
}

function describe(found: readonly Measurement[], version: number | null): string {
  const whole = found.filter(({ group }) => group === undefined)
  const named = words.flatMap((word) => {
    const metrics = orderMetrics(whole.filter((measurement) => says(measurement) === word).map(({ metric }) => metric))
    return metrics.length === 0 ? [] : [`${word}: ${metrics.join(', ')}`]
  })
  const slices = found.filter((measurement) => measurement.group !== undefined && says(measurement) === 'worse').length
  const sliced = slices === 0 ? '' : `; ${slices} values of slices are worse`
  return `Differences to production (version ${version ?? 'none'}) with their intervals, zero as a line, margins of rules as dashed lines. ${named.join('; ')}${sliced}.`
}
