/** Inference of the Open Inference Protocol v2 over REST: JSON, binary tensors, or one raw tensor. Bytes in, bytes out. */
import { MainwardError } from '../../core/error.ts'
import { readHeaderLength, readInputs, readRawInput } from './binary-tensors.ts'
import { writeInferResponse, type EncodedResponse } from './infer-response.ts'
import { assertServed, runInference, type InferenceRequest } from './inference.ts'
import { parseJsonBody } from './json-body.ts'
import type { PredictionService, ServedRows } from './prediction-service.ts'
import type { InferRequest } from './request-schemas.ts'
import { refuseRequestParameters, refuseTensorParameters } from './reserved-parameters.ts'
import { unitText } from './unit-text.ts'

export interface InferCall {
  readonly model: string
  /** From the path; null: the unit decides. */
  readonly version: string | null
  readonly requestId: string
  /** The header `Mainward-Unit`. */
  readonly unitHeader: string | undefined
  /** The header `Inference-Header-Content-Length`. */
  readonly headerLength: string | readonly string[] | undefined
  readonly body: Buffer
  /** When its last byte was there, by the monotonic clock. */
  readonly receivedAt: number
}

export interface InferAnswer extends EncodedResponse {
  readonly served: readonly ServedRows[]
}

/** What was asked for, and in which form the outputs are wanted. */
interface Asked {
  readonly request: InferenceRequest
  readonly isBinary: (output: string) => boolean
}

const noTensors = new Uint8Array(0)

/** Answers `POST /v2/models/NAME[/versions/VERSION]/infer`. Throws `invalid-input`, `not-found`, `unavailable`, `unsupported`. */
export function infer(service: PredictionService, call: InferCall): Promise<InferAnswer> {
  const { model, version, requestId, body } = call
  assertServed(service, model, version)
  const headerLength = readHeaderLength(call.headerLength, body.length)
  const { request, isBinary } = headerLength === 0 ? askRaw(service, call) : ask(service, call, headerLength ?? body.length)
  return runInference(service, request).then((result) => {
    const response = writeInferResponse({ model, requestId, id: request.id, isBinary }, result)
    return { body: response.body, headerLength: response.headerLength, served: result.served }
  })
}

function ask({ validators, limits }: PredictionService, call: InferCall, jsonLength: number): Asked {
  const { model, version, requestId, body } = call
  const isWhole = jsonLength === body.length
  const asked = validators.infer(parseJsonBody(isWhole ? body : body.subarray(0, jsonLength), limits))
  const { id, parameters, outputs } = asked
  refuseReserved(asked)
  const request = {
    model,
    version,
    requestId,
    id,
    unit: readUnit(asked, call.unitHeader, limits.unitLength),
    inputs: readInputs(asked.inputs, isWhole ? noTensors : body.subarray(jsonLength), limits),
    outputNames: outputs?.map(({ name }) => name) ?? null,
    echoes: parameters?.echo_features === true,
    receivedAt: call.receivedAt,
  }
  const all = parameters?.binary_data_output === true
  const isBinary = (output: string) => binaryWish(outputs, output) ?? all
  return { request, isBinary }
}

/** An output's own wish; undefined: what the request says for all. */
function binaryWish(outputs: InferRequest['outputs'], name: string): boolean | undefined {
  const wish = outputs?.find((output) => output.name === name)?.parameters?.binary_data
  return typeof wish === 'boolean' ? wish : undefined
}

/** A body of one raw tensor is answered in kind. */
function askRaw({ limits }: PredictionService, call: InferCall): Asked {
  const { model, version, requestId, unitHeader, body, receivedAt } = call
  const unit = unitText(unitHeader, limits.unitLength, 'the header Mainward-Unit')
  const inputs: InferenceRequest['inputs'] = (release) => [readRawInput(release, body, limits)]
  return {
    request: { model, version, requestId, id: undefined, unit, inputs, outputNames: null, echoes: false, receivedAt },
    isBinary: () => true,
  }
}

function refuseReserved({ parameters, inputs, outputs }: InferRequest): void {
  refuseRequestParameters(parameters)
  for (const [index, input] of inputs.entries()) refuseTensorParameters(input.parameters, `inputs[${index}]`)
  for (const [index, output] of (outputs ?? []).entries()) refuseTensorParameters(output.parameters, `outputs[${index}]`)
}

function readUnit({ parameters }: InferRequest, header: string | undefined, largestLength: number): string | null {
  const own = unitText(parameters?.unit, largestLength, 'parameters.unit')
  const given = unitText(header, largestLength, 'the header Mainward-Unit')
  if (own !== null && given !== null && own !== given) {
    throw new MainwardError('invalid-input', 'parameters.unit and the header Mainward-Unit differ: send one of the two')
  }
  return own ?? given
}
