/**
 * `ModelInferRequest`: from bytes to the inputs of one inference. A tensor's elements are left as they came until somebody asks
 * for them, so that nothing is allocated for a tensor whose name, datatype or shape is refused. Knows no model.
 */
import { MainwardError } from '../../../core/error.ts'
import type { Datatype } from '../../../core/release.ts'
import { countElements } from '../../../inference/rows/nested-data.ts'
import type { TensorData } from '../../../inference/tensor.ts'
import type { InferInput } from '../../assembly/input-assembler.ts'
import type { ServingLimits } from '../../limits.ts'
import { isDatatype, readTensorBytes, sizeOfElement } from '../../protocol/tensor-bytes.ts'
import { FieldBudget, malformed, WireReader, wireTypes } from '../wire/wire-reader.ts'
import { readParameter, type Parameters, type ParameterValue } from './infer-parameters.ts'
import { readContents } from './tensor-contents.ts'

/** Bounds that the JSON form has too (`request-schemas.ts`), and one on fields: each costs the reader up to 50 ns. */
const largest = { fields: 1_000_000, inputs: 10_000, outputs: 1000, dimensions: 8, idLength: 1024 } as const

export interface RequestedOutput {
  readonly name: string
  readonly parameters: Parameters
}

export interface InferRequestMessage {
  readonly model: string
  /** Null: the unit decides. */
  readonly version: string | null
  readonly id: string | undefined
  readonly parameters: Parameters
  /** `data` is read on first use, and throws `invalid-input` when it is not what datatype and shape say. */
  readonly inputs: readonly InferInput[]
  readonly inputParameters: readonly Parameters[]
  readonly outputs: readonly RequestedOutput[]
  /** The tensors came raw: the answer goes raw. */
  readonly isRaw: boolean
}

interface TensorMessage {
  name: string
  datatype: string
  readonly shape: number[]
  readonly parameters: Map<string, ParameterValue>
  readonly contents: Buffer[]
}

/** What the tensors of a request may still unpack to. */
interface UnpackBudget {
  readonly fields: FieldBudget
  leftBytes: number
  leftTexts: number
}

/** Throws `invalid-input` for bytes that are no such message, or one beyond the limits. */
export function readInferRequest(message: Buffer, limits: ServingLimits): InferRequestMessage {
  const budget = new FieldBudget(largest.fields)
  const reader = new WireReader(message, budget)
  const found = { model: '', version: '', id: '' }
  const parameters = new Map<string, ParameterValue>()
  const [tensors, outputs, raw]: [TensorMessage[], RequestedOutput[], Buffer[]] = [[], [], []]
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        found.model = reader.text()
        break
      case 2:
        found.version = reader.text()
        break
      case 3:
        found.id = reader.text()
        break
      case 4:
        readParameter(reader.message(), parameters)
        break
      case 5:
        pushBounded(tensors, readTensor(reader.message()), largest.inputs, 'inputs')
        break
      case 6:
        pushBounded(outputs, readOutput(reader.message()), largest.outputs, 'outputs')
        break
      case 7:
        pushBounded(raw, reader.bytes(), largest.inputs, 'raw_input_contents')
        break
      default:
        reader.skip()
    }
  }
  if (found.model === '') throw invalid('model_name is empty')
  if (found.id.length > largest.idLength) throw invalid(`id: at most ${largest.idLength} characters, found ${found.id.length}`)
  return {
    model: found.model,
    version: found.version === '' ? null : found.version,
    id: found.id === '' ? undefined : found.id,
    parameters,
    inputs: buildInputs(tensors, raw, budget, limits),
    inputParameters: tensors.map((tensor) => tensor.parameters),
    outputs,
    isRaw: raw.length > 0,
  }
}

function readTensor(reader: WireReader): TensorMessage {
  const tensor: TensorMessage = { name: '', datatype: '', shape: [], parameters: new Map(), contents: [] }
  while (reader.next()) {
    if (reader.field === 1) tensor.name = reader.text()
    else if (reader.field === 2) tensor.datatype = reader.text()
    else if (reader.field === 3) readShape(reader, tensor.shape)
    else if (reader.field === 4) readParameter(reader.message(), tensor.parameters)
    else if (reader.field === 5) tensor.contents.push(reader.bytes())
    else reader.skip()
  }
  return tensor
}

function readShape(reader: WireReader, shape: number[]): void {
  if (reader.wireType !== wireTypes.bytes) {
    pushDimension(shape, reader.int64())
    return
  }
  const packed = reader.packed()
  while (!packed.done) {
    const { low, high } = packed.varint()
    pushDimension(shape, high < 0x20_0000 ? high * 2 ** 32 + low : -1)
  }
}

/** Beyond 2^53 a dimension is as wrong as below 0. */
function pushDimension(shape: number[], size: number | bigint): void {
  if (shape.length === largest.dimensions) throw invalid(`shape: at most ${largest.dimensions} dimensions are allowed`)
  if (size < 0 || size > Number.MAX_SAFE_INTEGER) throw invalid('shape: a dimension must be between 0 and 2^53 - 1')
  shape.push(Number(size))
}

function readOutput(reader: WireReader): RequestedOutput {
  let name = ''
  const parameters = new Map<string, ParameterValue>()
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) readParameter(reader.message(), parameters)
    else reader.skip()
  }
  return { name, parameters }
}

function buildInputs(
  tensors: readonly TensorMessage[],
  raw: readonly Buffer[],
  fields: FieldBudget,
  limits: ServingLimits,
): readonly InferInput[] {
  if (tensors.length === 0) throw invalid('inputs: at least one is needed')
  if (raw.length > 0) checkRaw(tensors, raw)
  const budget: UnpackBudget = { fields, leftBytes: limits.bodyBytes, leftTexts: limits.texts }
  return tensors.map((tensor, index) => {
    checkTensor(tensor, index, limits)
    return lazyInput(tensor, (datatype, count) => {
      takeElements(budget, datatype, count)
      const bytes = raw[index]
      const tensorOf = { datatype, count, textBytes: limits.textBytes }
      return bytes === undefined
        ? readContents({ ...tensorOf, pieces: tensor.contents, budget: fields })
        : readTensorBytes({ ...tensorOf, bytes })
    })
  })
}

/** All or nothing, in the order of the inputs. */
function checkRaw(tensors: readonly TensorMessage[], raw: readonly Buffer[]): void {
  if (raw.length !== tensors.length) {
    throw invalid(`raw_input_contents: expected one for each of the ${tensors.length} inputs, found ${raw.length}`)
  }
  const typed = tensors.find(({ contents }) => contents.some((piece) => piece.length > 0))
  if (typed !== undefined)
    throw invalid(`the input ${quote(typed.name)} has contents, which raw_input_contents forbids: send one of the two`)
}

function checkTensor({ datatype, shape }: TensorMessage, index: number, limits: ServingLimits): void {
  if (!isDatatype(datatype)) throw invalid(`inputs[${index}]: there is no datatype ${quote(datatype)}`)
  if (shape.length === 0) throw invalid(`inputs[${index}].shape: at least one dimension is needed`)
  if ((shape[0] ?? 0) > limits.rows) throw invalid(`a request may have ${limits.rows} rows, found ${shape[0] ?? 0}`)
}

function lazyInput(
  { name, datatype, shape }: TensorMessage,
  read: (datatype: Datatype, count: number) => TensorData,
): InferInput {
  let kept: TensorData | undefined
  return {
    name,
    datatype,
    shape,
    get data() {
      kept ??= read(datatype as Datatype, countElements(shape, Number.MAX_SAFE_INTEGER))
      return kept
    },
  }
}

/** Small varints unpack to eight times their size: what comes out is bounded as what came in. */
function takeElements(budget: UnpackBudget, datatype: Datatype, count: number): void {
  const size = sizeOfElement(datatype)
  if (size === null) budget.leftTexts -= count
  else budget.leftBytes -= count * size
  if (budget.leftBytes < 0 || budget.leftTexts < 0) throw invalid('the tensors have more elements than a request may have')
}

function pushBounded<Value>(list: Value[], value: Value, most: number, what: string): void {
  if (list.length === most) throw malformed(`it has more than ${most} ${what}`)
  list.push(value)
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 80))
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
