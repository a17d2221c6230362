/** The routes that answer predictions: plain JSON, and inference of the Open Inference Protocol. */
import { MainwardError } from '../../core/error.ts'
import { infer } from '../protocol/infer.ts'
import { predict } from '../protocol/predict.ts'
import type { Answer, PredictionService } from '../protocol/prediction-service.ts'
import type { ApiRequest, ApiResponse, ApiRoute } from './api-route.ts'
import { inferResponseSchema, predictResponseSchema } from './response-schemas.ts'

const errorStatuses = [400, 404, 408, 413, 415, 431, 500, 501, 503]

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
      answer: async ({ params, body, requestId, headers }) => {
        refuseBinary(headers)
        return toResponse(await predict(service, { model: params.model ?? '', requestId, body }))
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

async function answerInfer(service: PredictionService, { params, headers, requestId, body }: ApiRequest): Promise<ApiResponse> {
  refuseBinary(headers)
  const unitHeader = readUnitHeader(headers['mainward-unit'])
  return toResponse(
    await infer(service, { model: params.model ?? '', version: params.version ?? null, requestId, unitHeader, body }),
  )
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
  throw new MainwardError(
    'unsupported',
    'the binary tensor extension is not supported by this version: send the tensors as JSON (tritonclient: binary_data=False)',
  )
}
