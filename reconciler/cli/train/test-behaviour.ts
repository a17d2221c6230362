/** Tries what the Model expects of single predictions on its file, with rows of the part that judges it. */
import type { TestOutcome } from '../../core/evaluation.ts'
import { runBehaviourTests, sampleSize } from '../../evaluation/behaviour/run-behaviour-tests.ts'
import { sampleRows, type SampledRow } from '../../evaluation/behaviour/sample-rows.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import type { PartName } from '../../features/dataset/plan-dataset.ts'
import { openDatasetRows } from './dataset-rows.ts'
import type { EvaluationSubject } from './evaluation-subject.ts'
import type { OpenTraining } from './open-training.ts'

/** In the order of the manifest; none where it has none. */
export async function testBehaviour(
  subject: EvaluationSubject,
  part: PartName,
  opened: OpenTraining,
): Promise<readonly TestOutcome[]> {
  const { spec, judges, bytes, layout, labels } = subject
  const { tests } = judges.spec
  if (tests.length === 0) return []
  const seed = spec.training?.trainer?.seed ?? 0
  const rows = await readSample(subject, { part, seed, count: sampleSize(tests) }, opened)
  const model = await loadOnnxModel(bytes)
  try {
    const classes = spec.task === 'multiclass-classification' ? labels.classes.map(String) : null
    const candidate = { model, layout, threshold: spec.decision?.threshold ?? null, classes }
    const now = (): number => performance.now()
    return await runBehaviourTests({ tests, candidate, sizeBytes: bytes.byteLength, rows, seed, now })
  } finally {
    await model.release()
  }
}

interface Sample {
  readonly part: PartName
  readonly seed: number
  readonly count: number
}

async function readSample(
  { dataset }: EvaluationSubject,
  { part, seed, count }: Sample,
  opened: OpenTraining,
): Promise<readonly SampledRow[]> {
  if (count === 0) return []
  const engine = { ...opened.engine, folders: [dataset.folder] }
  const rows = await openDatasetRows({ folder: dataset.folder, part, side: [], resampleBy: null, weights: null, engine })
  try {
    return await sampleRows(rows, count, seed)
  } finally {
    await rows.close()
  }
}
