/** The routes that answer predictions: plain JSON, and inference of the Open Inference Protocol. */
import { MainwardError } from '../../core/error.ts'
import { infer, type InferAnswer } from '../protocol/infer.ts'
import { predict } from '../protocol/predict.ts'
import type { Answer, PredictionService } from '../protocol/prediction-service.ts'
import type { ApiRequest, ApiResponse, ApiRoute } from './api-route.ts'
import { inferResponseSchema, predictResponseSchema } from './response-schemas.ts'

const errorStatuses = [400, 404, 408, 413, 415, 417, 431, 500, 501, 503]

export function buildPredictionRoutes(service: PredictionService): readonly ApiRoute[] {
  return [
    {
      method: 'POST',
      path: '/v1/models/:model/predict',
      operationId: 'predict',
      summary: 'Predictions for rows by feature name. Each row is a unit of its own.',
      requestSchema: 'PredictRequest',
      responseSchema: predictResponseSchema,
      errorStatuses,
      timed: 'predict',
      answer: async ({ params, body, requestId, headers, receivedAt }) => {
        refuseBinary(headers)
        return toResponse(await predict(service, { model: params.model ?? '', requestId, body, receivedAt }))
      },
    },
    {
      method: 'POST',
      path: '/v2/models/:model/infer',
      operationId: 'infer',
      summary: 'Inference. One request is one unit, answered by one release.',
      requestSchema: 'InferRequest',
      responseSchema: inferResponseSchema,
      errorStatuses,
      timed: 'infer',
      answer: (request) => answerInfer(service, request),
    },
    {
      method: 'POST',
      path: '/v2/models/:model/versions/:version/infer',
      operationId: 'inferVersion',
      summary: 'Inference by one loaded version, whatever the rollout says.',
      requestSchema: 'InferRequest',
      responseSchema: inferResponseSchema,
      errorStatuses,
      timed: 'infer',
      answer: (request) => answerInfer(service, request),
    },
  ]
}

function answerInfer(service: PredictionService, request: ApiRequest): Promise<ApiResponse> {
  const { params, headers, requestId, body, receivedAt } = request
  const unitHeader = readUnitHeader(headers['mainward-unit'])
  const headerLength = headers['inference-header-content-length']
  const model = params.model ?? ''
  const call = { model, version: params.version ?? null, requestId, unitHeader, headerLength, body, receivedAt }
  return infer(service, call).then(toInferResponse)
}

function toInferResponse({ body, headerLength, served }: InferAnswer): ApiResponse {
  if (headerLength === null) return { status: 200, body, served }
  const headers = ['Inference-Header-Content-Length', String(headerLength)]
  return { status: 200, body, contentType: 'application/octet-stream', headers, served }
}

/** Header bytes arrive as Latin-1; a unit is UTF-8, so that it is the same text as in a body. */
function readUnitHeader(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString('utf8')
}

function toResponse({ body, served }: Answer): ApiResponse {
  return { status: 200, body, served }
}

function refuseBinary(headers: ApiRequest['headers']): void {
  if (headers['inference-header-content-length'] === undefined) return
  throw new MainwardError('invalid-input', 'binary tensors belong to POST /v2/models/MODEL/infer: send rows as JSON here')
}
