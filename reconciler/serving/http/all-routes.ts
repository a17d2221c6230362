/** Every route of the HTTP listener, and the document that describes them. */
import { metricsContentType, renderMetrics } from '../metrics/render-metrics.ts'
import type { OutcomeService } from '../outcomes/take-outcomes.ts'
import type { WholeServer } from '../ports.ts'
import type { PredictionService } from '../protocol/prediction-service.ts'
import type { buildRequestSchemas } from '../protocol/request-schemas.ts'
import type { ApiRoute } from './api-route.ts'
import { buildExtensionRoutes, type ReadStatistics } from './extension-routes.ts'
import { buildFeatureRoutes, type FeatureServices } from './feature-routes.ts'
import { buildOpenApi } from './openapi.ts'
import { buildOutcomesRoute } from './outcomes-route.ts'
import { buildPredictionRoutes } from './prediction-routes.ts'
import { buildServerRoutes, type ServerStatus } from './server-routes.ts'
import { buildUnsupportedRoutes } from './unsupported-routes.ts'

export interface RouteParts {
  readonly service: PredictionService
  readonly status: ServerStatus
  readonly readStatistics: ReadStatistics
  readonly whole: WholeServer
  readonly outcomes: OutcomeService
  readonly online: FeatureServices
  readonly requestSchemas: ReturnType<typeof buildRequestSchemas>
}

export function buildAllRoutes({
  service,
  status,
  readStatistics,
  whole,
  outcomes,
  online,
  requestSchemas,
}: RouteParts): readonly ApiRoute[] {
  const routes = [
    ...buildPredictionRoutes(service),
    ...buildFeatureRoutes(online),
    ...buildServerRoutes(service, status),
    ...buildExtensionRoutes(service, readStatistics),
    ...buildUnsupportedRoutes(),
    buildOutcomesRoute(outcomes),
    metricsRoute(whole),
  ]
  const { limits } = service
  const document = Buffer.from(JSON.stringify(buildOpenApi(routes, { version: status.version, limits, requestSchemas })))
  return [...routes, openApiRoute(document)]
}

function metricsRoute(whole: WholeServer): ApiRoute {
  return {
    method: 'GET',
    path: '/metrics',
    operationId: 'readMetrics',
    summary: 'Prometheus metrics, in the text exposition format.',
    responseSchema: { type: 'string' },
    responseType: metricsContentType,
    errorStatuses: [503],
    answer: async () => ({ status: 200, body: renderMetrics(await whole.readMetrics()) }),
  }
}

/** Bytes are written as they are; a text would be copied for every client. */
function openApiRoute(document: Buffer): ApiRoute {
  return {
    method: 'GET',
    path: '/openapi.json',
    operationId: 'readOpenApi',
    summary: 'The OpenAPI 3.1 document of this server.',
    responseSchema: { type: 'object' },
    errorStatuses: [],
    answer: () => ({ status: 200, body: document }),
  }
}
