/** From labels and scores to an evaluation: every number of it, in a fixed order. Pure: the same rows and seed give the same bytes. */
import type { ProductionReference } from '../../core/evaluation.ts'
import type { Measurement } from '../../core/measurement.ts'
import type { EvaluationRequest, ScoredEvaluation } from '../evaluation-request.ts'
import { buildCell, type Subjects } from './build-cell.ts'
import { countClusters } from './choose-draws.ts'
import { drawCurves } from './draw-curves.ts'
import { groupRows } from './group-rows.ts'
import { measureAcross } from './measure-across.ts'
import { measureCell } from './measure-cell.ts'
import { type GroupPlan, planMeasurements } from './plan-measurements.ts'
import type { ResampleSettings } from './resampled-spread.ts'
import { rounded } from './rounded.ts'
import type { ScoredRows } from './scored-rows.ts'

/** What measuring needs of a request: no model files. */
export type MeasuringRequest = Omit<EvaluationRequest, 'candidate' | 'production' | 'positiveClass'> & {
  readonly threshold: number | null
  readonly production: ProductionReference
}

/** Of a model without a threshold. */
const usualThreshold = 0.5

/** Throws `invalid-input` for what can not be measured. */
export function measureRows(scored: ScoredRows, request: MeasuringRequest): ScoredEvaluation {
  const { task, part, production, baseline, confidence, replicates, seed, clustersBy, weights } = request
  const threshold = request.threshold ?? usualThreshold
  const subjects: Subjects = { task, baseline, threshold, productionThreshold: thresholdOf(production) ?? threshold }
  const curves = drawCurves(scored, { task, threshold })
  return {
    task,
    part,
    rows: scored.rows,
    ...(scored.clusters === null ? {} : { clusters: { by: clustersBy ?? 'cluster', count: countClusters(scored.clusters) } }),
    ...(weights === null ? {} : { weights }),
    confidence,
    bootstrap: { replicates, seed },
    ...(task === 'binary-classification' ? { threshold } : {}),
    ...(task === 'regression' ? {} : { classes: scored.classes }),
    production,
    baseline: { kind: baseline.kind, values: baseline.values.map(rounded) },
    measurements: measureAll(scored, subjects, request),
    ...(curves === null ? {} : { curves }),
  }
}

function thresholdOf(production: ProductionReference): number | undefined {
  return production.version === null ? undefined : production.threshold
}

function measureAll(scored: ScoredRows, subjects: Subjects, request: MeasuringRequest): readonly Measurement[] {
  const { groups, across } = planMeasurements(request)
  const one = groups.flatMap((plan) => measureGroups(scored, subjects, plan, request))
  const compared = across
    .filter(({ of }) => scored.production !== null || !of.includes('production'))
    .map((each) => {
      const cells = groupRows(scored, each.by, each.minGroup ?? 0).map((group) => buildCell(scored, subjects, group))
      return measureAcross(cells, each, request)
    })
  return [...one, ...compared]
}

function measureGroups(
  scored: ScoredRows,
  subjects: Subjects,
  { by, wanted }: GroupPlan,
  settings: ResampleSettings,
): readonly Measurement[] {
  if (by.length === 0) return measureCell(buildCell(scored, subjects, null), wanted, settings)
  const smallest = wanted.reduce((least, { minGroup }) => Math.min(least, minGroup), Infinity)
  const groups = groupRows(scored, by, smallest)
  return groups.flatMap((group) => {
    const size = group.rows.length
    const due = wanted.filter(({ minGroup }) => size >= minGroup)
    return due.length === 0 ? [] : measureCell(buildCell(scored, subjects, group), due, settings)
  })
}
