/** Writes the response of an inference: JSON, or JSON with raw tensors behind it. Knows no request body and no HTTP. */
import { MainwardError } from '../../core/error.ts'
import { writeElements } from '../../inference/rows/tensor-data.ts'
import type { InferenceResult, NamedTensor } from './inference.ts'
import { writeTensorBytes } from './tensor-bytes.ts'

export interface ResponseOptions {
  readonly model: string
  readonly requestId: string
  /** The client's id, echoed. */
  readonly id: string | undefined
  /** Whether this output is wanted as raw bytes. */
  readonly isBinary: (output: string) => boolean
}

export interface EncodedResponse {
  readonly body: string | Uint8Array
  /** Bytes of JSON in front of the tensors; null when all is JSON. */
  readonly headerLength: number | null
}

/** Throws `invalid-input` for an output that JSON can not carry. */
export function writeInferResponse(options: ResponseOptions, result: InferenceResult): EncodedResponse {
  const tensors: Uint8Array[] = []
  let outputs = ''
  for (const output of result.outputs) {
    if (outputs !== '') outputs += ','
    if (options.isBinary(output.name)) {
      const bytes = writeTensorBytes(output.tensor)
      tensors.push(bytes)
      outputs += `${writeHead(output)},"parameters":{"binary_data_size":${bytes.byteLength}}}`
    } else outputs += writeJsonOutput(output)
  }
  const text = `${writeEnvelope(options, result)},"outputs":[${outputs}]}`
  if (tensors.length === 0) return { body: text, headerLength: null }
  const header = Buffer.from(text)
  return { body: Buffer.concat([header, ...tensors]), headerLength: header.byteLength }
}

function writeEnvelope({ model, requestId, id }: ResponseOptions, result: InferenceResult): string {
  const { release, variant, unitAssigned, fallback, features } = result
  const echoed = id === undefined ? '' : `"id":${quote(id)},`
  const named = variant === null ? '' : `"variant":${quote(variant)},`
  const why = fallback === null ? '' : `,"fallback":"${fallback}"`
  const used = features === null ? '' : `,"features":${JSON.stringify(features)}`
  const parameters = `{"request_id":${quote(requestId)},${named}"version":${release.version},"unit_assigned":${unitAssigned}${why}${used}}`
  return `{"model_name":${quote(model)},"model_version":"${release.version}",${echoed}"parameters":${parameters}`
}

function writeHead({ name, tensor: { datatype, shape } }: NamedTensor): string {
  return `{"name":${quote(name)},"datatype":"${datatype}","shape":[${shape.join(',')}]`
}

function writeJsonOutput(output: NamedTensor): string {
  const { datatype, data } = output.tensor
  if (datatype === 'FP16') {
    throw new MainwardError(
      'invalid-input',
      `the output "${output.name}" is FP16, which has no JSON form: ask for it with the parameter binary_data, or for other outputs`,
    )
  }
  return `${writeHead(output)},"data":[${writeElements(datatype, data)}]}`
}

const plain = /^[\w .:/-]*$/

/** As JSON; names and ids are nearly always plain. */
function quote(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text)
}
