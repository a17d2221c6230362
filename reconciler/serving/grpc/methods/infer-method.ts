/** `ModelInfer`: from a message to one inference and back, counted. Knows no stream. */
import { MainwardError } from '../../../core/error.ts'
import { countServed } from '../../metrics/count-served.ts'
import type { ServingMetrics } from '../../metrics/serving-metrics.ts'
import { runInference } from '../../protocol/inference.ts'
import type { PredictionService, ServedRows } from '../../protocol/prediction-service.ts'
import { refuseRequestParameters, refuseTensorParameters } from '../../protocol/reserved-parameters.ts'
import { unitText } from '../../protocol/unit-text.ts'
import { readInferRequest, type InferRequestMessage } from '../messages/infer-request.ts'
import { writeInferResponse } from '../messages/infer-response.ts'
import type { Parameters } from '../messages/infer-parameters.ts'
import type { CallContext } from '../transport/grpc-call.ts'
import { describeCallFailure } from '../transport/grpc-status.ts'
import { frameHead } from '../transport/message-frame.ts'

export interface InferParts {
  readonly service: PredictionService
  readonly metrics: ServingMetrics
  /** The label of a model in the metrics: its name, or an empty text for one that is not served. */
  labelModel(model: string | undefined): string
}

/** Answers with a framed message. Throws `invalid-input`, `not-found`, `unavailable`, `unsupported`. */
export async function answerInfer(parts: InferParts, message: Buffer, context: CallContext): Promise<Buffer> {
  const { service, metrics } = parts
  const startedAt = performance.now()
  let [model, status] = ['', 200]
  metrics.beginRequest()
  try {
    const request = readInferRequest(message, service.limits)
    model = request.model
    const { answer, served } = await infer(service, request, context, startedAt)
    countServed(metrics, served, performance.now() - startedAt)
    return answer
  } catch (error) {
    const problem = describeCallFailure(error)
    status = problem.status
    metrics.forRoute('grpc', parts.labelModel(model)).error(problem.reason)
    throw error
  } finally {
    const counters = metrics.forRoute('grpc', parts.labelModel(model))
    metrics.endRequest(counters, status, (performance.now() - startedAt) / 1000)
  }
}

async function infer(
  service: PredictionService,
  request: InferRequestMessage,
  { headers, requestId }: CallContext,
  receivedAt: number,
): Promise<{ readonly answer: Buffer; readonly served: readonly ServedRows[] }> {
  const { model, version, id, inputs, outputs, isRaw } = request
  refuseUnsupported(request)
  const result = await runInference(service, {
    model,
    version,
    requestId,
    id,
    unit: readUnit(request.parameters, headers['mainward-unit'], service.limits.unitLength),
    inputs,
    outputNames: outputs.length === 0 ? null : outputs.map(({ name }) => name),
    echoes: readEcho(request.parameters),
    receivedAt,
  })
  return { answer: writeInferResponse({ model, requestId, id, isRaw, result }, frameHead), served: result.served }
}

function readEcho(parameters: Parameters): boolean {
  const echo = parameters.get('echo_features') ?? false
  if (typeof echo === 'boolean') return echo
  throw new MainwardError('invalid-input', `parameters.echo_features: expected true or false, found ${String(echo).slice(0, 40)}`)
}

/** The same unit as over HTTP: by `parameters.unit`, or by the metadata `mainward-unit`. */
function readUnit(parameters: Parameters, metadata: string | string[] | undefined, largestLength: number): string | null {
  const own = parameters.get('unit')
  const named = unitText(typeof own === 'bigint' ? own.toString() : own, largestLength, 'parameters.unit')
  const text = Array.isArray(metadata) ? metadata[0] : metadata
  const bytes = text === undefined ? undefined : Buffer.from(text, 'latin1').toString('utf8')
  const given = unitText(bytes, largestLength, 'the metadata mainward-unit')
  if (named !== null && given !== null && named !== given) {
    throw new MainwardError('invalid-input', 'parameters.unit and the metadata mainward-unit differ: send one of the two')
  }
  return named ?? given
}

/** What changes the meaning of a request, and is not done here, is refused; what only tunes it is left alone. */
function refuseUnsupported({ parameters, inputs, inputParameters, outputs }: InferRequestMessage): void {
  refuseRequestParameters(Object.fromEntries(parameters))
  inputParameters.forEach((given, index) => {
    if (given.size > 0) refuseTensorParameters(Object.fromEntries(given), inputs[index]?.name ?? '')
  })
  for (const output of outputs) {
    if (output.parameters.size > 0) refuseTensorParameters(Object.fromEntries(output.parameters), output.name)
  }
}
