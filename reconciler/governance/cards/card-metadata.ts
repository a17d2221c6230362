/** The front matter of a model card, as Hugging Face reads it. Pure. */
import type { Evidence } from '../../core/evidence.ts'
import type { Measurement } from '../../core/measurement.ts'
import type { Task } from '../../core/release.ts'
import { orderMetrics } from '../../reports/document/find-measurement.ts'
import { formatInterval } from '../../reports/document/format-number.ts'
import type { CardMetadata, CardSubject } from './model-card.ts'

const taskTypes = {
  'binary-classification': 'tabular-classification',
  'multiclass-classification': 'tabular-classification',
  regression: 'tabular-regression',
} as const satisfies Record<Task, CardMetadata['pipeline_tag']>

/** Without evidence there are no results: a list of none would be refused. */
export function buildCardMetadata({ license, task, tags, model, version, evidence }: CardSubject): CardMetadata {
  const values = evidence === null ? [] : listValues(evidence)
  return {
    ...(license === null ? {} : { license }),
    library_name: 'onnx',
    pipeline_tag: taskTypes[task],
    tags: [...new Set(['mainward', 'onnx', task, ...tags])],
    ...(evidence === null || values.length === 0
      ? {}
      : {
          metrics: values.map(({ type }) => type),
          'model-index': [{ name: `${model}-${version}`, results: [resultOf(model, task, evidence)] }],
        }),
  }
}

function resultOf(model: string, task: Task, evidence: Evidence) {
  const { evaluation, dataset } = evidence
  return {
    task: { type: taskTypes[task], name: task },
    dataset: { type: model, name: `${dataset.label} of ${model}`, split: evaluation.part, revision: dataset.digest },
    metrics: listValues(evidence),
  }
}

/** Of all rows of the candidate, where there is a value. */
function listValues({ evaluation }: Evidence) {
  const found = evaluation.measurements.filter(
    ({ of, group, across }) => of === 'candidate' && group === undefined && across === undefined,
  )
  return orderMetrics(found.map(({ metric }) => metric)).flatMap((metric) => {
    const measurement = found.find((candidate) => candidate.metric === metric)
    const value = measurement?.estimate ?? null
    return measurement === undefined || value === null
      ? []
      : [{ type: metric, value, name: nameMetric(measurement, evaluation.confidence) }]
  })
}

/** The format has no place for an interval but the name. */
function nameMetric({ metric, low, high }: Measurement, confidence: number): string {
  const interval = formatInterval(low, high)
  return interval === '' ? metric : `${metric} (${Number((100 * confidence).toPrecision(6))} % interval: ${interval})`
}
