/** Inference of the Open Inference Protocol v2 over REST, JSON form. Framework-free: bytes in, JSON text out. */
import { MainwardError } from '../../core/error.ts'
import { writeElements } from '../../inference/rows/tensor-data.ts'
import type { InferInput } from '../assembly/input-assembler.ts'
import { assertServed, runInference, type InferenceResult, type NamedTensor } from './inference.ts'
import { parseJsonBody } from './json-body.ts'
import type { Answer, PredictionService } from './prediction-service.ts'
import type { InferRequest } from './request-schemas.ts'
import { unitText } from './unit-text.ts'

export interface InferCall {
  readonly model: string
  /** From the path; null: the unit decides. */
  readonly version: string | null
  readonly requestId: string
  /** The header `Mainward-Unit`. */
  readonly unitHeader: string | undefined
  readonly body: Buffer
}

/** Answers `POST /v2/models/NAME[/versions/VERSION]/infer`. Throws `invalid-input`, `not-found`, `unavailable`, `unsupported`. */
export async function infer(service: PredictionService, call: InferCall): Promise<Answer> {
  const { model, version, requestId } = call
  assertServed(service, model, version)
  const request = service.validators.infer(parseJsonBody(call.body, service.limits))
  const result = await runInference(service, {
    model,
    version,
    requestId,
    id: request.id,
    unit: readUnit(request, call.unitHeader, service.limits.unitLength),
    inputs: request.inputs.map(readInput),
    outputNames: request.outputs?.map(({ name }) => name) ?? null,
  })
  return { body: writeResponse(request, call, result), served: result.served }
}

function readUnit({ parameters }: InferRequest, header: string | undefined, largestLength: number): string | null {
  const own = unitText(parameters?.unit, largestLength, 'parameters.unit')
  const given = unitText(header, largestLength, 'the header Mainward-Unit')
  if (own !== null && given !== null && own !== given) {
    throw new MainwardError('invalid-input', 'parameters.unit and the header Mainward-Unit differ: send one of the two')
  }
  return own ?? given
}

function readInput({ name, datatype, shape, data }: InferRequest['inputs'][number]): InferInput {
  return { name, datatype, shape, data: data ?? [] }
}

function writeResponse({ id }: InferRequest, call: InferCall, result: InferenceResult): string {
  const { release, variant, unitAssigned } = result
  const echoed = id === undefined ? '' : `"id":${JSON.stringify(id)},`
  const named = variant === null ? '' : `"variant":${JSON.stringify(variant)},`
  const parameters = `{"request_id":${JSON.stringify(call.requestId)},${named}"version":${release.version},"unit_assigned":${unitAssigned}}`
  const head = `{"model_name":${JSON.stringify(call.model)},"model_version":"${release.version}",${echoed}`
  return `${head}"parameters":${parameters},"outputs":[${result.outputs.map(writeOutput).join(',')}]}`
}

function writeOutput({ name, tensor: { datatype, shape, data } }: NamedTensor): string {
  return `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}],"data":[${writeElements(datatype, data)}]}`
}
