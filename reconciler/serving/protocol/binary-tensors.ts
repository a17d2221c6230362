/**
 * The binary tensor extension of the Open Inference Protocol, requests: a JSON object, and behind it the raw tensors in the order
 * of the inputs. Source: Triton, docs/protocol/extension_binary_data.md. Knows no routes; what the bytes of one tensor mean is
 * another file's.
 */
import { MainwardError } from '../../core/error.ts'
import type { InputTensor, Release } from '../../core/release.ts'
import { placeError } from '../../inference/rows/cell.ts'
import { countElements } from '../../inference/rows/nested-data.ts'
import type { TensorData } from '../../inference/tensor.ts'
import type { InferInput } from '../assembly/input-assembler.ts'
import type { InferRequest } from './request-schemas.ts'
import { isDatatype, readTensorBytes, sizeOfElement } from './tensor-bytes.ts'

export interface TensorLimits {
  readonly bodyBytes: number
  readonly texts: number
  readonly textBytes: number
}

type RequestInput = InferRequest['inputs'][number]

/** The value of `Inference-Header-Content-Length`: bytes of JSON, or null when the whole body is. Throws `invalid-input`. */
export function readHeaderLength(header: string | readonly string[] | undefined, bodyLength: number): number | null {
  if (header === undefined) return null
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) {
    throw invalid(`Inference-Header-Content-Length: expected a number of bytes, found ${JSON.stringify(header).slice(0, 80)}`)
  }
  const length = Number(header)
  if (length <= bodyLength) return length
  throw invalid(`Inference-Header-Content-Length: the JSON should have ${length} bytes, the whole body has ${bodyLength}`)
}

/** Inputs with the tensors that came behind the JSON. Throws `invalid-input` unless each has its data, and all bytes are used. */
export function readInputs(inputs: readonly RequestInput[], tensors: Uint8Array, limits: TensorLimits): readonly InferInput[] {
  let at = 0
  let texts = 0
  const read = inputs.map((input): InferInput => {
    const { name, datatype, shape } = input
    try {
      const size = readBinarySize(input)
      if (size === null) return { name, datatype, shape, data: dataOf(input) }
      if (size > tensors.byteLength - at) {
        throw invalid(`binary_data_size is ${size}, ${tensors.byteLength - at} bytes are left in the body`)
      }
      const bytes = tensors.subarray(at, at + size)
      at += size
      const count = countElements(shape, limits.bodyBytes)
      if (datatype === 'BYTES') texts += count
      if (texts > limits.texts) throw invalid(`a request may have ${limits.texts} texts, found ${texts} until here`)
      return { name, datatype, shape, data: readTensor(datatype, bytes, count, limits.textBytes) }
    } catch (error) {
      throw placeError(error, `input ${JSON.stringify(name.slice(0, 80))}`)
    }
  })
  if (at !== tensors.byteLength) {
    throw invalid(`the inputs' tensors have ${at} bytes together, found ${tensors.byteLength} behind the JSON`)
  }
  return read
}

function readBinarySize({ parameters, data }: RequestInput): number | null {
  const size = parameters?.binary_data_size
  if (size === undefined) return null
  if (data !== undefined) throw invalid('it has data and binary_data_size: send one of the two')
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size
  throw invalid(`binary_data_size: expected a number of bytes, found ${JSON.stringify(size)}`)
}

function dataOf({ data }: RequestInput): readonly unknown[] {
  if (data === undefined) throw invalid('it has no data: send data, or its bytes behind the JSON and binary_data_size')
  return data
}

function readTensor(datatype: string, bytes: Uint8Array, count: number, textBytes: number): TensorData {
  if (!isDatatype(datatype)) throw invalid(`there is no datatype ${datatype}`)
  return readTensorBytes({ datatype, bytes, count, textBytes })
}

/**
 * A raw binary request: the body is the one tensor of the model. One dimension that the model leaves open follows from the number
 * of bytes; of several, the first is 1. For BYTES the body is one text, without its length.
 */
export function readRawInput({ signature }: Release, body: Uint8Array, limits: TensorLimits): InferInput {
  const [input, ...others] = signature.inputs
  if (input === undefined || others.length > 0) {
    throw invalid(`a body of one raw tensor needs a model with one input, this one has ${signature.inputs.length}`)
  }
  const { name, datatype } = input
  try {
    const shape = rawShape(input, body.byteLength)
    const count = countElements(shape, limits.bodyBytes)
    const bytes = datatype === 'BYTES' ? withLength(body, count) : body
    return { name, datatype, shape, data: readTensorBytes({ datatype, bytes, count, textBytes: limits.textBytes }) }
  } catch (error) {
    throw placeError(error, `input "${name}"`)
  }
}

function rawShape({ datatype, shape }: InputTensor, bytes: number): readonly number[] {
  const size = sizeOfElement(datatype)
  if (size === null) return shape.map((length) => (length === -1 ? 1 : length))
  const open = shape.flatMap((length, at) => (length === -1 ? [at] : []))
  if (open.length > 2 || (open.length === 2 && shape[0] !== -1)) {
    throw invalid(`the shape [${shape.join(', ')}] does not follow from the number of bytes: send it with a JSON header`)
  }
  const known = shape.reduce((product, length) => product * (length === -1 ? 1 : length), size)
  const found = known === 0 ? 0 : Math.floor(bytes / known)
  return shape.map((length, at) => (length !== -1 ? length : at === open.at(-1) ? found : 1))
}

function withLength(text: Uint8Array, count: number): Uint8Array {
  if (count !== 1) throw invalid(`a body of one raw text can not be ${count} texts`)
  const bytes = Buffer.alloc(4 + text.byteLength)
  bytes.writeUInt32LE(text.byteLength)
  bytes.set(text, 4)
  return bytes
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
