/** JSON Schemas of the responses of Triton's extensions, for `/openapi.json`. Pure data. */

const text = { type: 'string' }
const count = { type: 'integer', minimum: 0 }
const time = {
  type: 'object',
  required: ['count', 'ns'],
  description: 'How often, and nanoseconds in total.',
  properties: { count, ns: count },
}
const phases = { compute_input: time, compute_infer: time, compute_output: time }

const tensor = {
  type: 'object',
  required: ['name', 'data_type', 'dims'],
  properties: {
    name: text,
    data_type: { ...text, pattern: '^TYPE_[A-Z0-9]+$' },
    dims: {
      type: 'array',
      items: { type: 'integer' },
      description: '-1: any size. Without the rows, where max_batch_size is not 0.',
    },
    reshape: { type: 'object', properties: { shape: { type: 'array', items: { type: 'integer' } } } },
  },
}

export const modelConfigSchema = {
  type: 'object',
  required: ['name', 'platform', 'backend', 'max_batch_size', 'input', 'output'],
  properties: {
    name: text,
    platform: text,
    backend: text,
    version_policy: { type: 'object' },
    max_batch_size: { ...count, description: 'Rows of a request; 0 where the model does not take rows.' },
    input: { type: 'array', items: tensor },
    output: { type: 'array', items: tensor },
    instance_group: { type: 'array', items: { type: 'object' } },
    default_model_filename: text,
    dynamic_batching: { type: 'object' },
  },
}

export const statisticsSchema = {
  type: 'object',
  required: ['model_stats'],
  properties: {
    model_stats: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'version', 'last_inference', 'inference_count', 'execution_count', 'inference_stats', 'batch_stats'],
        properties: {
          name: text,
          version: text,
          last_inference: { ...count, description: 'Milliseconds since 1970; 0 before the first.' },
          inference_count: { ...count, description: 'Rows.' },
          execution_count: { ...count, description: 'Runs of the model, each over a batch.' },
          inference_stats: {
            type: 'object',
            properties: { success: time, fail: time, queue: time, ...phases, cache_hit: time, cache_miss: time },
          },
          response_stats: { type: 'object' },
          batch_stats: { type: 'array', items: { type: 'object', properties: { batch_size: count, ...phases } } },
          memory_usage: { type: 'array' },
        },
      },
    },
  },
}
