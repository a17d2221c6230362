/** JSON Schemas of the requests for online features and pushes, in Feast's shape, and their types. */

export interface FeaturesRequest {
  /** `VIEW:FEATURE`. Exactly one of `features` and `feature_service`. */
  readonly features?: readonly string[]
  readonly feature_service?: string
  readonly entities: Readonly<Record<string, readonly unknown[]>>
  readonly full_feature_names?: boolean
}

export interface PushRequest {
  readonly push_source_name: string
  readonly df: Readonly<Record<string, readonly unknown[]>>
  readonly to?: 'online' | 'online_and_offline' | 'offline'
  readonly allow_registry_cache?: boolean
}

interface SchemaLimits {
  readonly rows: number
  readonly features: number
}

const scalar = { type: ['string', 'number', 'boolean', 'null'] }

export function buildFeaturesSchema({ rows, features }: SchemaLimits) {
  return {
    type: 'object',
    required: ['entities'],
    additionalProperties: false,
    properties: {
      features: {
        type: 'array',
        description: 'Features of online views: `VIEW:FEATURE`. Exactly one of features and feature_service.',
        minItems: 1,
        maxItems: features,
        items: { type: 'string' },
      },
      feature_service: { type: 'string', description: 'Name of a model: the features that its stable version reads.' },
      entities: {
        type: 'object',
        description: 'One list for each key of the views (of a service: for each name of their `join`), all of one length.',
        additionalProperties: { type: 'array', minItems: 1, maxItems: rows, items: scalar },
      },
      full_feature_names: { type: 'boolean', description: 'Name features VIEW__FEATURE, not FEATURE.' },
    },
  } as const
}

export function buildPushSchema({ rows, features }: SchemaLimits) {
  return {
    type: 'object',
    required: ['push_source_name', 'df'],
    additionalProperties: false,
    properties: {
      push_source_name: { type: 'string', description: 'Name of a view whose values are pushed (`freshness: exact`).' },
      df: {
        type: 'object',
        description: 'Columns of one length: each key, each feature, and event_timestamp (ISO 8601 with zone).',
        maxProperties: features + 100,
        additionalProperties: { type: 'array', minItems: 1, maxItems: rows, items: scalar },
      },
      to: {
        type: 'string',
        enum: ['online', 'online_and_offline', 'offline'],
        description: 'Rows are stored for serving and for training, whichever of the first two is said; `offline` is refused.',
      },
      allow_registry_cache: { type: 'boolean', description: 'Taken, and changes nothing: what is served is always known.' },
    },
  } as const
}
