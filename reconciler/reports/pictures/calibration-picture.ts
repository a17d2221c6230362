/** The reliability diagram: what scores promise against what came true, with how many rows each point stands for. Pure. */
import type { Evaluation } from '../../core/evaluation.ts'
import { findMeasurement } from '../document/find-measurement.ts'
import { formatMetric } from '../document/format-number.ts'
import { diagonalColour, seriesColours } from './picture-style.ts'
import { nameSeries, type PictureSpec } from './picture-spec.ts'

/** Null where nothing was measured. */
export function buildCalibrationPicture(model: string, evaluation: Evaluation): PictureSpec | null {
  const values = (evaluation.curves?.calibration ?? []).flatMap(({ of, bins }) => {
    return bins.filter(({ rows }) => rows > 0).map((bin) => ({ series: nameSeries(of, evaluation), ...bin }))
  })
  if (values.length === 0) return null
  const names = [...new Set(values.map(({ series }) => series))]
  const color = {
    field: 'series',
    type: 'nominal',
    title: null,
    scale: { domain: names, range: seriesColours.slice(0, names.length) },
  }
  return { name: 'calibration', description: describe(evaluation), spec: { title: `Calibration: ${model}`, data: { values }, spacing: 14, vconcat: [curve(color), counts(color)] } } // prettier-ignore
}

const scale = { domain: [0, 1], nice: false } as const
const x = { field: 'score', type: 'quantitative', title: 'Mean score', scale } as const

function curve(color: object): object {
  const y = { field: 'share', type: 'quantitative', title: 'Share of positives', scale } as const
  const diagonal = { data: { values: [{ score: 0, share: 0 }, { score: 1, share: 1 }] }, mark: { type: 'line', color: diagonalColour, strokeDash: [4, 4], strokeWidth: 1 }, encoding: { x: { ...x, title: null }, y } } // prettier-ignore
  const points = {
    mark: { type: 'line', strokeWidth: 2, point: { size: 40, filled: true } },
    encoding: { x: { ...x, title: null }, y, color },
  }
  return { width: 360, height: 280, layer: [diagonal, points] }
}

function counts(color: object): object {
  const y = { field: 'rows', type: 'quantitative', title: 'Rows', stack: null, axis: { tickCount: 3 } }
  return { width: 360, height: 70, mark: { type: 'bar', width: 12, opacity: 0.55 }, encoding: { x, y, color } }
}

function describe({ measurements, production }: Evaluation): string {
  const own = findMeasurement(measurements, 'ece', 'candidate')
  const served = findMeasurement(measurements, 'ece', 'production')
  const value = own === undefined ? '' : `; expected calibration error ${formatMetric(own.estimate)}`
  const beside =
    own === undefined || served === undefined || production.version === null
      ? ''
      : `, in production (version ${production.version}) ${formatMetric(served.estimate)}`
  return `Calibration: share of positives for each mean score, and the rows of each point; on the diagonal scores are true${value}${beside}.`
}
