/** The routes of Triton's extensions to the Open Inference Protocol: a model's configuration, and statistics. */
import { describeConfig } from '../protocol/model-config.ts'
import type { PredictionService } from '../protocol/prediction-service.ts'
import { describeStatistics, type VersionCounters } from '../protocol/statistics.ts'
import { jsonResponse, type ApiRoute } from './api-route.ts'
import { modelConfigSchema, statisticsSchema } from './extension-schemas.ts'

/** What was counted, by all processes of this server. */
export type ReadStatistics = () => Promise<readonly VersionCounters[]>

export function buildExtensionRoutes(service: PredictionService, readStatistics: ReadStatistics): readonly ApiRoute[] {
  return [
    ...['/v2/models/:model/config', '/v2/models/:model/versions/:version/config'].map((path) => configRoute(path, service)),
    ...['/v2/models/stats', '/v2/models/:model/stats', '/v2/models/:model/versions/:version/stats'].map((path) =>
      statisticsRoute(path, service, readStatistics),
    ),
  ]
}

function configRoute(path: string, { view, limits }: PredictionService): ApiRoute {
  return {
    method: 'GET',
    path,
    operationId: path.includes(':version') ? 'configureVersion' : 'configureModel',
    summary: "The configuration in Triton's words: tensors, and how many rows a request may have.",
    responseSchema: modelConfigSchema,
    errorStatuses: [400, 404, 503],
    answer: ({ params }) => jsonResponse(200, describeConfig(view, params.model ?? '', params.version ?? null, limits.rows)),
  }
}

function statisticsRoute(path: string, { view }: PredictionService, readStatistics: ReadStatistics): ApiRoute {
  const one = path.includes(':version') ? 'readVersionStatistics' : 'readModelStatistics'
  return {
    method: 'GET',
    path,
    operationId: path.includes(':') ? one : 'readStatistics',
    summary: "How often each loaded version was asked, and where the time went, in Triton's words.",
    responseSchema: statisticsSchema,
    errorStatuses: path.includes(':') ? [400, 404, 503] : [],
    answer: async ({ params }) => {
      const asked = { model: params.model ?? null, version: params.version ?? null }
      return jsonResponse(200, describeStatistics(view, await readStatistics(), asked))
    },
  }
}
