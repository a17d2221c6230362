/** Asks candidate and production what recorded requests would get. */
import type { ReplayOutcome } from '../../core/evaluation.ts'
import { replayRequests } from '../../evaluation/replay/replay-requests.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import type { EvaluationSubject } from './evaluation-subject.ts'

/** The newest so many are asked. */
const mostRequests = 10_000

/** Null: no records were given, or nothing is in production. Throws `not-found`, `invalid-input` and `unavailable` for their source. */
export async function replayRecorded(subject: EvaluationSubject): Promise<ReplayOutcome | null> {
  const { model: name, spec, bytes, layout, labels, records, production } = subject
  if (records === null || production.served === null) return null
  const classes = spec.task === 'multiclass-classification' ? labels.classes.map(String) : null
  const [ours, theirs] = [await loadOnnxModel(bytes), await loadOnnxModel(await production.served.read())]
  try {
    return await replayRequests({
      source: records.name,
      candidate: { model: ours, layout, threshold: spec.decision?.threshold ?? null, classes },
      production: { model: theirs, layout: production.served.layout, threshold: production.served.threshold ?? null, classes },
      requests: records.newest({ model: name, last: mostRequests }),
    })
  } finally {
    await ours.release()
    await theirs.release()
  }
}
