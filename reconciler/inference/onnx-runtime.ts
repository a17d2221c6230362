/** Runs ONNX models with onnxruntime. Knows no release, no request and no place of model files. */
import { env, InferenceSession, type OnnxValue } from 'onnxruntime-node'
import { MainwardError, messageOf } from '../core/error.ts'
import { verifyGoldenRows } from './golden-rows.ts'
import type { DeclaredTensor, LoadedModel } from './model.ts'
import { datatypeOf, fromOnnxTensor, toOnnxTensor } from './onnx-tensor.ts'
import type { Tensor, Tensors } from './tensor.ts'

/** What runs models: for the data plane, for `mainward import`, for everything that needs a model's numbers. */
export const onnxRuntime = { load: loadOnnxModel, verifyGoldenRows }

/** Onnxruntime's own lines are not JSON, and callers could fill the log with them: what it has to say, it throws too. */
const silent = { severity: 4, name: 'fatal' } as const

/** One thread a run: a data plane answers many requests at once, and answers do not depend on the number of cores. */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: silent.severity,
}

/** Throws `model-unusable` for bytes that are no ONNX model, or one with operators or datatypes that are not known here. */
export async function loadOnnxModel(bytes: Uint8Array): Promise<LoadedModel> {
  if (bytes.byteLength === 0) throw unusable('the file is empty, expected an ONNX model')
  const session = await createSession(bytes)
  try {
    return describeSession(session)
  } catch (error) {
    await session.release()
    throw error
  }
}

async function createSession(bytes: Uint8Array): Promise<InferenceSession> {
  env.logLevel = silent.name
  try {
    return await InferenceSession.create(bytes, sessionOptions)
  } catch (error) {
    throw unusable(`onnxruntime can not load the model: ${explainLoading(messageOf(error))}`, error)
  }
}

function describeSession(session: InferenceSession): LoadedModel {
  const inputs = session.inputMetadata.map((input) => {
    if (!input.isTensor) throw unusable(`the input "${input.name}" is a sequence or a map, expected a tensor`)
    return declareTensor(input)
  })
  const outputs = session.outputMetadata.flatMap((output) => (output.isTensor ? [declareTensor(output)] : []))
  const otherOutputs = session.outputMetadata.flatMap(({ isTensor, name }) => (isTensor ? [] : [name]))
  const declaredInputs = new Map(inputs.map((input) => [input.name, input]))
  const declaredOutputs = new Map(outputs.map((output) => [output.name, output]))
  const allNames = outputs.map(({ name }) => name)
  return {
    inputs,
    outputs,
    otherOutputs,
    sharesRows: shareRows([...session.inputMetadata, ...session.outputMetadata]),
    run: async (tensors, names = allNames) => {
      const fetched = names.map((name) => declaredOutputs.get(name) ?? refuse(`the model has no output "${name}"`))
      const feeds = feed(tensors, declaredInputs)
      return readOutputs(await runSession(session, feeds, names), fetched)
    },
    release: () => session.release(),
  }
}

/** Dimensions without a name are all named alike, by an empty text. */
function shareRows(tensors: readonly InferenceSession.ValueMetadata[]): boolean {
  const first = tensors.map((tensor) => (tensor.isTensor ? tensor.shape[0] : undefined))
  return typeof first[0] === 'string' && first.every((size) => size === first[0])
}

function declareTensor({ name, type, shape }: InferenceSession.TensorValueMetadata): DeclaredTensor {
  const datatype = datatypeOf(type)
  if (datatype === null) throw unusable(`"${name}" is a tensor of ${type}, which no protocol of this version carries`)
  return { name, datatype, shape: shape.map((size) => (typeof size === 'number' ? size : -1)) }
}

type Feeds = Record<string, OnnxValue>

/** The runtime's own words for a wrong tensor change with its versions, so what is declared is checked here. */
function feed(tensors: Tensors, declared: ReadonlyMap<string, DeclaredTensor>): Feeds {
  const feeds: Feeds = {}
  for (const input of declared.values()) {
    const tensor = Object.hasOwn(tensors, input.name) ? tensors[input.name] : undefined
    if (tensor === undefined) refuse(`the input "${input.name}" is missing`)
    checkTensor(input, tensor)
    feeds[input.name] = toOnnxTensor(tensor)
  }
  const unknown = Object.keys(tensors).find((name) => !declared.has(name))
  return unknown === undefined ? feeds : refuse(`the model has no input "${unknown}"`)
}

function checkTensor({ name, datatype, shape }: DeclaredTensor, found: Tensor): void {
  if (found.datatype !== datatype) refuse(`input "${name}": expected ${datatype}, found ${found.datatype}`)
  const fits = found.shape.length === shape.length && shape.every((size, at) => size === -1 || size === found.shape[at])
  if (!fits) refuse(`input "${name}": expected the shape [${shape.join(', ')}], found [${found.shape.join(', ')}]`)
  const count = found.shape.reduce((product, size) => product * size, 1)
  if (found.data.length !== count) refuse(`input "${name}": expected ${count} elements, found ${found.data.length}`)
  if (datatype === 'BYTES') refuseNulCharacters(name, found.data as readonly string[])
}

/** The binding to C++ would cut the text there, without a word. */
function refuseNulCharacters(name: string, texts: readonly string[]): void {
  const at = texts.findIndex((text) => text.includes('\0'))
  if (at !== -1) refuse(`input "${name}": the text of element ${at} has a NUL character, which no model can be given`)
}

/** Tensors of the declared shape can still be refused: an index that is out of range, sizes that must be equal. */
async function runSession(session: InferenceSession, feeds: Feeds, names: readonly string[]): Promise<Feeds> {
  try {
    return await session.run(feeds, names)
  } catch (error) {
    const reason = plainReason(messageOf(error))
    if (/alloc/i.test(reason)) throw unusable(`the model ran out of memory: ${reason}`, error)
    throw new MainwardError('invalid-input', `the model can not compute with these inputs: ${reason}`, { cause: error })
  }
}

function readOutputs(values: Feeds, declared: readonly DeclaredTensor[]): Tensors {
  const outputs: Record<string, Tensor> = {}
  for (const { name, datatype } of declared) {
    const value = values[name]
    if (value === undefined) throw unusable(`the model did not answer its output "${name}"`)
    outputs[name] = fromOnnxTensor(value, datatype)
  }
  return outputs
}

/** Weights in a second file have no digest, and a store of artifacts has no second file. */
function explainLoading(message: string): string {
  if (!/External data path|model_path must not be empty/.test(message)) return plainReason(message)
  return 'its weights lie in a second file (external data): export it as one file'
}

/** Onnxruntime begins its messages with source file, line and C++ signature; what follows is for people. */
function plainReason(message: string): string {
  return message.replace(/^.*?\.(?:cc|h|cpp):\d+ .*?\)\s+(?=\S)/s, '').trim()
}

function unusable(message: string, cause?: unknown): MainwardError {
  return new MainwardError('model-unusable', message, { cause, hint: 'export the model to ONNX again, and import it' })
}

function refuse(message: string): never {
  throw new MainwardError('invalid-input', message)
}
