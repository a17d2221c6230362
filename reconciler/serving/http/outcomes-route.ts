/** The route that takes outcomes: labels and events that are known after the prediction. */
import { type OutcomeService, takeOutcomes } from '../outcomes/take-outcomes.ts'
import { type ApiRoute, jsonResponse } from './api-route.ts'

const acceptedSchema = {
  type: 'object',
  required: ['accepted'],
  properties: { accepted: { type: 'integer', description: 'Outcomes of the request: all of them are on disk.' } },
}

export function buildOutcomesRoute(service: OutcomeService): ApiRoute {
  return {
    method: 'POST',
    path: '/v1/outcomes',
    operationId: 'sendOutcomes',
    summary: 'Labels and events of earlier predictions, all or none. They are on disk before this answers 202.',
    requestSchema: 'OutcomesRequest',
    successStatus: 202,
    responseSchema: acceptedSchema,
    errorStatuses: [400, 408, 413, 415, 431, 500, 503],
    answer: async ({ body }) => jsonResponse(202, { accepted: await takeOutcomes(service, body) }),
  }
}
