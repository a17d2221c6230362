/** The routes of online features, in Feast's shape. */
import { getOnlineFeatures, type FeatureService } from '../features/get-online-features.ts'
import { pushFeatures, type PushService } from '../features/push-features.ts'
import { jsonResponse, type ApiRoute } from './api-route.ts'

const text = { type: 'string' }

const featuresSchema = {
  type: 'object',
  required: ['metadata', 'results'],
  properties: {
    metadata: {
      type: 'object',
      required: ['feature_names'],
      properties: { feature_names: { type: 'array', items: text, description: 'The keys, then the features.' } },
    },
    results: {
      type: 'array',
      description: 'One for each name; each has one entry for each entity.',
      items: {
        type: 'object',
        required: ['values', 'statuses', 'event_timestamps'],
        properties: {
          values: { type: 'array', items: { type: ['string', 'number', 'boolean', 'null'] } },
          statuses: {
            type: 'array',
            items: { ...text, enum: ['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'] },
          },
          event_timestamps: {
            type: 'array',
            description: 'Of the row that the value is from; 1970-01-01T00:00:00Z where there is none.',
            items: text,
          },
        },
      },
    },
  },
}

const pushedSchema = {
  type: 'object',
  required: ['pushed'],
  properties: { pushed: { type: 'integer', description: 'Rows of the request: all of them are in the store.' } },
}

export interface FeatureServices {
  readonly features: FeatureService
  readonly push: PushService
}

export function buildFeatureRoutes({ features, push }: FeatureServices): readonly ApiRoute[] {
  return [
    {
      method: 'POST',
      path: '/get-online-features',
      operationId: 'getOnlineFeatures',
      summary: "Values of online features for entities, in Feast's shape, and whether each is there, null, or too old.",
      requestSchema: 'FeaturesRequest',
      responseSchema: featuresSchema,
      errorStatuses: [400, 404, 408, 413, 415, 417, 431, 500, 503],
      timed: 'features',
      answer: async ({ body }) => ({ status: 200, body: await getOnlineFeatures(features, body) }),
    },
    {
      method: 'POST',
      path: '/push',
      operationId: 'push',
      summary: 'Rows of a view whose values are pushed, all or none. They are in the store before this answers.',
      requestSchema: 'PushRequest',
      responseSchema: pushedSchema,
      errorStatuses: [400, 404, 408, 413, 415, 417, 431, 500, 501, 503],
      timed: 'push',
      answer: async ({ body }) => jsonResponse(200, { pushed: await pushFeatures(push, body) }),
    },
  ]
}
