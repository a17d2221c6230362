/** Runs a model on sample rows, and says what its inputs and outputs are. Needs the runtime; writes nothing. */
import { MainwardError } from '../../core/error.ts'
import type { ReleaseView } from '../../core/online-view.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { GoldenRow, NullPolicy, RequestFeature, Signature, Task } from '../../core/release.ts'
import { recordGoldenRows } from '../../inference/golden-rows.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import { inferInputs } from './infer-inputs.ts'
import { type GivenOutputs, inferRoles, judgeTask } from './infer-outputs.ts'
import { computeSample, type ModelOnDemand } from './model-on-demand.ts'
import { assertModelFeatures } from './model-views.ts'
import type { SampleRow } from './parse-sample.ts'

export interface ModelQuestion {
  /** Name of the model. */
  readonly name: string
  readonly bytes: Uint8Array
  readonly rows: readonly SampleRow[]
  readonly unit: string | null
  readonly nulls: NullPolicy
  readonly given: GivenOutputs
  /** What is known of features by name (units, descriptions, narrower types), from versions before. */
  readonly known: readonly RequestFeature[]
  /** The views that the model reads: the sample has their features by the names that the model gives them. */
  readonly roles: readonly ReleaseView[]
  /** Its on-demand features: the sample has what they read, or their values. */
  readonly onDemand: ModelOnDemand
}

export interface ExaminedModel {
  readonly signature: Signature
  /** What the caller sends: without the features of views. */
  readonly requestFeatures: readonly RequestFeature[]
  readonly task: Task
  readonly whyTask: string
  readonly goldenRows: readonly GoldenRow[]
}

/** Throws `model-unusable`, `invalid-input` for a sample that does not fit, `usage` where an option must decide. */
export async function examineModel({
  name,
  bytes,
  rows,
  unit,
  nulls,
  given,
  known,
  roles: views,
  onDemand,
}: ModelQuestion): Promise<ExaminedModel> {
  const model = await loadOnnxModel(bytes)
  try {
    const inferred = inferInputs({ declared: model.inputs, rows: computeSample(rows, onDemand), unit })
    const computed = new Set(onDemand.features.map((feature) => feature.name))
    const joined = inputDtypes({ requestFeatures: [], views })
    const names = {
      found: inferred.requestFeatures.map((feature) => feature.name),
      joined,
      sent: known.map((feature) => feature.name),
      computed,
      only: onDemand.only,
    }
    assertModelFeatures(name, names)
    const sent = inferred.requestFeatures.filter((feature) => !joined.has(feature.name) && !computed.has(feature.name))
    const requestFeatures = describeFeatures([...sent, ...onDemand.sentOnly], known)
    const roles = inferRoles(model, given)
    const signature = { inputs: inferred.inputs, outputs: roles }
    const layout = { signature, requestFeatures, onDemand: onDemand.features, views, nulls }
    const goldenRows = await recordGoldenRows(model, layout, inferred.rows).catch(explainMisfit)
    const { task, why, positiveIndex } = judgeTask(roles, goldenRows, given)
    const outputs = positiveIndex === null ? roles : { ...roles, positiveIndex }
    return { signature: { inputs: inferred.inputs, outputs }, requestFeatures, task, whyTask: why, goldenRows }
  } finally {
    await model.release()
  }
}

/** The same features as before keep their order, units and descriptions; otherwise each is described alone. */
function describeFeatures(found: readonly RequestFeature[], known: readonly RequestFeature[]): readonly RequestFeature[] {
  const names = new Set(found.map(({ name }) => name))
  const isSame = known.length === found.length && known.every(({ name }) => names.has(name))
  if (isSame) return known
  return found.map((feature) => known.find(({ name }) => name === feature.name) ?? feature)
}

function explainMisfit(thrown: unknown): never {
  if (!(thrown instanceof MainwardError) || (thrown.code !== 'invalid-input' && thrown.code !== 'unsupported')) throw thrown
  throw new MainwardError('invalid-input', `the sample does not fit the model: ${thrown.message}`, {
    cause: thrown,
    hint: thrown.hint ?? 'the sample must have the columns and types that the model was trained with',
  })
}
