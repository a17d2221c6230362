/** JSON Schemas of the responses, for `/openapi.json`. Pure data. */

const text = { type: 'string' }
const flag = { type: 'boolean' }
const parameters = { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } }
const tensor = {
  type: 'object',
  required: ['name', 'datatype', 'shape'],
  properties: { name: text, datatype: text, shape: { type: 'array', items: { type: 'integer' }, description: '-1: any size.' } },
}

export const errorSchema = { type: 'object', required: ['error'], properties: { error: text } }

export const predictResponseSchema = {
  type: 'object',
  required: ['model', 'request_id', 'predictions'],
  properties: {
    model: text,
    request_id: text,
    predictions: {
      type: 'array',
      description: 'One for each row, in its order.',
      items: {
        type: 'object',
        required: ['score', 'version', 'variant'],
        properties: {
          score: { description: "The model's score; an array where the model answers one for each class; null for NaN." },
          decision: { ...flag, description: "score is at least the release's threshold." },
          features: {
            type: 'object',
            description:
              'With `echo_features`, by the name of the feature: `value` as the model got it, `status`, `computed_as_of`.',
          },
          label: { description: "The model's own class, where it has one." },
          version: { type: 'integer' },
          variant: { ...text, description: "The arm that answered: `stable`, `canary`, or a split's variant." },
        },
      },
    },
  },
}

const usedText = { ...text, description: 'With `echo_features`: JSON, an object for each row as in plain JSON predictions.' }

export const inferResponseSchema = {
  type: 'object',
  required: ['model_name', 'outputs'],
  properties: {
    model_name: text,
    model_version: text,
    id: text,
    parameters: {
      ...parameters,
      properties: { request_id: text, variant: text, version: { type: 'integer' }, unit_assigned: flag, features: usedText },
    },
    outputs: { type: 'array', items: { ...tensor, properties: { ...tensor.properties, data: { type: 'array' } } } },
  },
}

export const liveSchema = { type: 'object', required: ['live'], properties: { live: flag } }
export const readySchema = { type: 'object', required: ['ready'], properties: { ready: flag } }
export const modelReadySchema = {
  type: 'object',
  required: ['name', 'ready'],
  properties: { name: text, ready: flag, error: text },
}

export const serverMetadataSchema = {
  type: 'object',
  required: ['name', 'version', 'extensions'],
  properties: { name: text, version: text, extensions: { type: 'array', items: text } },
}

export const modelListSchema = { type: 'object', required: ['models'], properties: { models: { type: 'array', items: text } } }

export const modelMetadataSchema = {
  type: 'object',
  required: ['name', 'versions', 'platform', 'inputs', 'outputs'],
  properties: {
    name: text,
    versions: { type: 'array', items: text },
    platform: text,
    inputs: { type: 'array', items: tensor },
    outputs: { type: 'array', items: tensor },
  },
}

export const indexSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['name', 'version', 'state', 'reason'],
    properties: { name: text, version: text, state: { type: 'string', enum: ['READY', 'LOADING', 'UNAVAILABLE'] }, reason: text },
  },
}
