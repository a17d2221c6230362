/** Looks at a model file that a trainer wrote: whether it can be served, on rows that it will see. Writes nothing. */
import { MainwardError } from '../../core/error.ts'
import type { DataCheckOutcome } from '../../core/evaluation.ts'
import type { GoldenRow, Signature, Task } from '../../core/release.ts'
import { loadOnnxModel } from '../../inference/onnx-runtime.ts'
import type { DeclaredTensor } from '../../inference/model.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { examineModel } from '../import/examine-model.ts'
import { valuesOf } from '../import/infer-outputs.ts'
import type { ModelOnDemand } from '../import/model-on-demand.ts'
import type { ModelViews } from '../import/model-views.ts'
import type { SampleRow } from '../import/parse-sample.ts'

export interface TrainedModelQuestion {
  readonly model: string
  readonly bytes: Uint8Array
  readonly spec: ModelSpec
  readonly views: ModelViews
  readonly onDemand: ModelOnDemand
  /** Names of the training set's inputs, in order. */
  readonly columns: readonly string[]
  /** Column of the score for the positive class, where it has two. */
  readonly positiveIndex: number
  readonly rows: readonly SampleRow[]
}

export interface InspectedModel {
  readonly signature: Signature
  /** Of all rows. */
  readonly goldenRows: readonly GoldenRow[]
  /** Whether predictions differ at all. */
  readonly varies: DataCheckOutcome
}

/** Throws `model-unusable` for a file that can not be served as it is: what it is, where, and what to change in the trainer. */
export async function inspectModel(question: TrainedModelQuestion): Promise<InspectedModel> {
  const { model, bytes, spec, columns, rows } = question
  await checkDeclared(question)
  try {
    const examined = await examineModel({
      name: model,
      bytes,
      rows,
      unit: null,
      nulls: spec.nulls,
      given: { score: null, label: null, task: spec.task, positiveIndex: null },
      known: spec.requestFeatures,
      roles: question.views.roles,
      onDemand: question.onDemand,
    })
    const signature = withPositive(examined.signature, question.positiveIndex)
    assertNumbers(model, signature, examined.goldenRows)
    return { signature, goldenRows: examined.goldenRows, varies: checkVaries(signature, examined.goldenRows, spec.task) }
  } catch (thrown) {
    throw explain(thrown, model, columns)
  }
}

/** What the file says of itself, before a row is run: its inputs are those of the training set, its outputs are tensors. */
async function checkDeclared({ model, bytes, columns }: TrainedModelQuestion): Promise<void> {
  const loaded = await loadOnnxModel(bytes).catch((thrown: unknown) => {
    throw explain(thrown, model, columns)
  })
  try {
    const problem = inputsProblem(loaded.inputs, columns)
    if (problem !== null) throw unusable(model, problem, wantInputs(columns))
    if (loaded.outputs.length > 0) return
    const others = loaded.otherOutputs.map((name) => `"${name}"`).join(', ')
    throw unusable(
      model,
      `expected tensors as outputs, found ${others === '' ? 'none' : `${others} as sequence or map`}`,
      tensorHint,
    )
  } finally {
    await loaded.release()
  }
}

const tensorHint = 'export it with zipmap=False'

/** One input of all columns, or an input for each column, by its name. Null: it is so. */
function inputsProblem(inputs: readonly DeclaredTensor[], columns: readonly string[]): string | null {
  const [only] = inputs
  if (inputs.length === 1 && only !== undefined && !columns.includes(only.name)) {
    const width = only.shape.length === 1 ? 1 : (only.shape[1] ?? -1)
    if (only.shape.length > 2)
      return `the input "${only.name}" has ${only.shape.length} dimensions, expected two: rows and features`
    if (width === -1 || width === columns.length) return null
    return `the input "${only.name}" takes ${width} columns, the training set has ${columns.length} features`
  }
  const names = new Set(inputs.map(({ name }) => name))
  const unknown = [...names].filter((name) => !columns.includes(name))
  const missing = columns.filter((name) => !names.has(name))
  if (unknown.length > 0) return `the model has the inputs ${quote(unknown)}, which are no features of the training set`
  if (missing.length > 0) return `the model has no input for the features ${quote(missing)}`
  return null
}

function wantInputs(columns: readonly string[]): string {
  return `it takes one input of ${columns.length} columns in the order of train.parquet (without the label), or an input for each by its name`
}

function quote(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name}"`)
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`
}

function withPositive(signature: Signature, positiveIndex: number): Signature {
  const { outputs } = signature
  return outputs.positiveIndex === undefined ? signature : { ...signature, outputs: { ...outputs, positiveIndex } }
}

/** Golden rows hold null for what is no number. */
function assertNumbers(model: string, { outputs: { score } }: Signature, rows: readonly GoldenRow[]): void {
  const at = rows.findIndex(({ outputs }) => valuesOf(outputs[score]).some((value) => typeof value !== 'number'))
  const row = rows[at]
  if (row === undefined) return
  const inputs = Object.entries(row.inputs).slice(0, 6)
  const shown = inputs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')
  const message = `"${score}" is no number (NaN) for row ${at + 1} of ${rows.length} that were tried: ${shown}${Object.keys(row.inputs).length > inputs.length ? ', …' : ''}`
  throw unusable(
    model,
    message,
    'the trainer must handle missing values, or spec.nulls of the model must put a number in their place',
  )
}

/** A model that answers the same to everybody is no error of the file, and never what somebody wanted. */
function checkVaries({ outputs: { score } }: Signature, rows: readonly GoldenRow[], task: Task): DataCheckOutcome {
  const different = new Set(rows.map(({ outputs }) => JSON.stringify(outputs[score]))).size
  const common = { name: 'constant-prediction', columns: [], value: different, limit: 2 }
  const noun = task === 'regression' ? 'value' : 'score'
  if (different > 1 || rows.length < 2) {
    return { ...common, status: 'passed', message: `${different} different ${noun}s on ${rows.length} rows` }
  }
  const found = JSON.stringify(rows[0]?.outputs[score])
  return {
    ...common,
    status: 'failed',
    message: `the model answers ${found} to each of ${rows.length} rows: it learned nothing of them`,
  }
}

function explain(thrown: unknown, model: string, columns: readonly string[]): unknown {
  if (!(thrown instanceof MainwardError) || thrown.message.includes('the trainer of')) return thrown
  if (!['model-unusable', 'invalid-input', 'usage', 'unsupported'].includes(thrown.code)) return thrown
  const message = thrown.message.replaceAll('the sample', 'the training set')
  const hint = thrown.code === 'model-unusable' ? exportHint(message) : wantInputs(columns)
  return unusable(model, message, hint, thrown)
}

function exportHint(message: string): string {
  if (message.includes('zipmap') || message.includes('sequence or map')) return tensorHint
  if (/opset/i.test(message)) return 'export it for an older operator set, for example target_opset=15'
  if (message.includes('external data')) return 'save the weights inside of model.onnx: save_as_external_data=False'
  return 'export the model again as one ONNX file that onnxruntime loads'
}

function unusable(model: string, message: string, hint: string, cause?: unknown): MainwardError {
  const options = cause === undefined ? { hint } : { hint, cause }
  return new MainwardError('model-unusable', `the trainer of ${model} wrote a model that can not be served: ${message}`, options)
}
