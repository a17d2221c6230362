/** What is to be measured: the metrics of the model of all rows and slices, and what rules ask for. Pure. */
import { MainwardError } from '../../core/error.ts'
import { type MeasurementRequest, type Subject } from '../../core/measurement.ts'
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import type { EvaluationRequest } from '../evaluation-request.ts'
import type { AcrossRequest } from './measure-across.ts'
import type { Wanted } from './measure-cell.ts'

/** The groups of some columns one by one; no columns: all rows. */
export interface GroupPlan {
  readonly by: readonly string[]
  /** Each of groups of so many rows. */
  readonly wanted: readonly (Wanted & { readonly minGroup: number })[]
}

export interface MeasurementPlan {
  readonly groups: readonly GroupPlan[]
  readonly across: readonly AcrossRequest[]
}

type Asked = Pick<EvaluationRequest, 'task' | 'metrics' | 'slices' | 'requests'>

const subjects: readonly Subject[] = ['candidate', 'production', 'baseline', 'difference-to-production', 'difference-to-baseline']

/** In the order of metrics, slices and requests; nothing twice. Throws `invalid-input` for a metric of another task, or of none. */
export function planMeasurements(asked: Asked): MeasurementPlan {
  const requests = [...ownRequests(asked), ...asked.requests]
  for (const { metric } of requests) assertMetric(asked, metric)
  const plans = new Map<string, { by: readonly string[]; wanted: Map<string, Wanted & { minGroup: number }> }>()
  for (const { metric, of, by, across, minGroup } of requests) {
    if (across !== null) continue
    const key = JSON.stringify([...by].sort())
    const plan = plans.get(key) ?? { by, wanted: new Map<string, Wanted & { minGroup: number }>() }
    plans.set(key, plan)
    const known = plan.wanted.get(`${metric} ${of}`)
    plan.wanted.set(`${metric} ${of}`, { metric, of, minGroup: Math.min(known?.minGroup ?? Infinity, minGroup ?? 0) })
  }
  return {
    groups: [...plans.values()].map(({ by, wanted }) => ({ by, wanted: [...wanted.values()] })),
    across: distinct(requests.filter(isAcross)),
  }
}

/** Columns that rows must have beside them. */
export function columnsOf({ slices, requests }: Pick<Asked, 'slices' | 'requests'>): readonly string[] {
  return [...new Set([...slices.map(({ by }) => by), ...requests.flatMap(({ by }) => by)])]
}

function ownRequests({ metrics, slices }: Asked): readonly MeasurementRequest[] {
  const places = [{ by: [], minGroup: null }, ...slices.map(({ by, minGroup }) => ({ by: [by], minGroup }))]
  return places.flatMap(({ by, minGroup }) =>
    metrics.flatMap((metric) => subjects.map((of): MeasurementRequest => ({ metric, of, by, across: null, minGroup }))),
  )
}

function isAcross(request: MeasurementRequest): request is AcrossRequest {
  return request.across !== null
}

function distinct(requests: readonly AcrossRequest[]): readonly AcrossRequest[] {
  const byText = new Map(requests.map((request) => [JSON.stringify([request.metric, request.of, request.by, request.across, request.minGroup]), request])) // prettier-ignore
  return [...byText.values()]
}

function assertMetric({ task }: Asked, metric: string): void {
  const known = Object.hasOwn(metricCatalogue, metric) ? metricCatalogue[metric] : undefined
  if (known === undefined) throw new MainwardError('invalid-input', `"${metric}" is no metric of the catalogue`)
  if (!known.tasks.includes(task)) {
    throw new MainwardError('invalid-input', `${metric} is a metric of ${known.tasks.join(' and ')}, the model is one of ${task}`)
  }
}
