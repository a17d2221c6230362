/** The ROC curve of a version beside that of production, as a vega-lite specification. Pure. */
import type { Evaluation } from '../../core/evaluation.ts'
import { findMeasurement } from '../document/find-measurement.ts'
import { formatInterval, formatMetric } from '../document/format-number.ts'
import { diagonalColour, seriesColours } from './picture-style.ts'
import { nameSeries, type PictureSpec } from './picture-spec.ts'

/** Null where no curve was measured. */
export function buildRocPicture(model: string, evaluation: Evaluation): PictureSpec | null {
  const curves = (evaluation.curves?.roc ?? []).filter(({ points }) => points.length > 1)
  if (curves.length === 0) return null
  const values = curves.flatMap(({ of, points }) =>
    points.map(([x, y], order) => ({ series: nameSeries(of, evaluation), x, y, order })),
  )
  const names = [...new Set(values.map(({ series }) => series))]
  return {
    name: 'roc',
    description: describe(evaluation),
    spec: {
      title: `ROC: ${model}`,
      layer: [
        {
          data: {
            values: [
              { x: 0, y: 0 },
              { x: 1, y: 1 },
            ],
          },
          mark: { type: 'line', color: diagonalColour, strokeDash: [4, 4], strokeWidth: 1 },
          encoding: axes,
        },
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 2, interpolate: 'linear' },
          encoding: {
            ...axes,
            color: {
              field: 'series',
              type: 'nominal',
              title: null,
              scale: { domain: names, range: seriesColours.slice(0, names.length) },
            },
            strokeDash: {
              field: 'series',
              type: 'nominal',
              title: null,
              scale: {
                domain: names,
                range: [
                  [1, 0],
                  [6, 3],
                ].slice(0, names.length),
              },
            },
            order: { field: 'order', type: 'quantitative' },
          },
        },
      ],
    },
  }
}

const scale = { domain: [0, 1], nice: false } as const
const axes = {
  x: { field: 'x', type: 'quantitative', title: 'False positive rate', scale },
  y: { field: 'y', type: 'quantitative', title: 'True positive rate', scale },
} as const

function describe({ measurements, production }: Evaluation): string {
  const own = findMeasurement(measurements, 'roc_auc', 'candidate')
  const served = findMeasurement(measurements, 'roc_auc', 'production')
  const value = own === undefined ? '' : `; area ${formatMetric(own.estimate)} (${formatInterval(own.low, own.high)})`
  const beside =
    served === undefined || production.version === null
      ? ''
      : `, in production (version ${production.version}) ${formatMetric(served.estimate)}`
  return `ROC curve: share of positives found against share of negatives taken for positive${value}${beside}.`
}
