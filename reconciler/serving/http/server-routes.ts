/** The routes that answer questions about server and models. */
import type { Release } from '../../core/release.ts'
import type { ReleaseReadiness } from '../../core/serving-state.ts'
import { parseJsonBody } from '../protocol/json-body.ts'
import { describeModel, extensions, indexReleases, isServed, listModels } from '../protocol/metadata.ts'
import type { PredictionService } from '../protocol/prediction-service.ts'
import { jsonResponse, type ApiRequest, type ApiResponse, type ApiRoute } from './api-route.ts'
import * as schemas from './response-schemas.ts'

/** What these routes see beyond the routes that are served. */
export interface ServerStatus {
  readonly version: string
  isReady(): boolean
  listReleases(): readonly { readonly release: Release; readonly readiness: ReleaseReadiness }[]
}

export function buildServerRoutes(service: PredictionService, status: ServerStatus): readonly ApiRoute[] {
  return [...buildHealthRoutes(status), ...buildMetadataRoutes(service, status), ...buildModelRoutes(service)]
}

function buildHealthRoutes(status: ServerStatus): readonly ApiRoute[] {
  return [
    {
      method: 'GET',
      path: '/v2/health/live',
      operationId: 'isLive',
      summary: 'The process answers.',
      responseSchema: schemas.liveSchema,
      errorStatuses: [],
      answer: () => jsonResponse(200, { live: true }),
    },
    {
      method: 'GET',
      path: '/v2/health/ready',
      operationId: 'isReady',
      summary: 'Every release with traffic is loaded.',
      responseSchema: schemas.readySchema,
      errorStatuses: [503],
      answer: () =>
        status.isReady()
          ? jsonResponse(200, { ready: true })
          : jsonResponse(503, { ready: false, error: 'not every release with traffic is loaded' }),
    },
  ]
}

function buildMetadataRoutes(service: PredictionService, status: ServerStatus): readonly ApiRoute[] {
  const metadata = jsonResponse(200, { name: 'mainward', version: status.version, extensions })
  return [
    {
      method: 'GET',
      path: '/v2',
      operationId: 'describeServer',
      summary: 'Name, version and extensions.',
      responseSchema: schemas.serverMetadataSchema,
      errorStatuses: [],
      answer: () => metadata,
    },
    {
      method: 'GET',
      path: '/v2/models',
      operationId: 'listModels',
      summary: 'Names of the models that are served here.',
      responseSchema: schemas.modelListSchema,
      errorStatuses: [],
      answer: () => jsonResponse(200, { models: listModels(service.view) }),
    },
    {
      method: 'POST',
      path: '/v2/repository/index',
      operationId: 'indexRepository',
      summary: 'Every version that this server holds, loads, or could not load, and why.',
      requestSchema: 'IndexRequest',
      bodyOptional: true,
      responseSchema: schemas.indexSchema,
      errorStatuses: [400, 408, 413, 415, 417],
      answer: ({ body }) => jsonResponse(200, indexReleases(status.listReleases(), wantsOnlyReady(service, body))),
    },
  ]
}

function wantsOnlyReady({ validators, limits }: PredictionService, body: Buffer): boolean {
  return body.length > 0 && validators.index(parseJsonBody(body, limits)).ready === true
}

function buildModelRoutes(service: PredictionService): readonly ApiRoute[] {
  return ['/v2/models/:model', '/v2/models/:model/versions/:version'].flatMap((path): ApiRoute[] => {
    const suffix = path.endsWith(':version') ? 'Version' : 'Model'
    return [
      {
        method: 'GET',
        path,
        operationId: `describe${suffix}`,
        summary: 'Inputs and outputs: named features as columns, other tensors as they are.',
        responseSchema: schemas.modelMetadataSchema,
        errorStatuses: [400, 404, 503],
        answer: ({ params }) => jsonResponse(200, describeModel(service.view, params.model ?? '', params.version ?? null)),
      },
      {
        method: 'GET',
        path: `${path}/ready`,
        operationId: `is${suffix}Ready`,
        summary: 'It answers requests now.',
        responseSchema: schemas.modelReadySchema,
        errorStatuses: [400, 404, 503],
        answer: (request) => answerReady(service, request),
      },
    ]
  })
}

function answerReady({ view }: PredictionService, { params }: ApiRequest): ApiResponse {
  const name = params.model ?? ''
  if (isServed(view, name, params.version ?? null)) return jsonResponse(200, { name, ready: true })
  return jsonResponse(503, { name, ready: false, error: `the model "${name}" is not ready` })
}
