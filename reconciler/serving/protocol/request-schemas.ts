/** JSON Schemas of the requests: they validate what comes in and are what `/openapi.json` publishes. One source. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { MainwardError } from '../../core/error.ts'
import { buildFeaturesSchema, buildPushSchema, type FeaturesRequest, type PushRequest } from '../features/features-schema.ts'
import type { ServingLimits } from '../limits.ts'
import { buildOutcomesSchema, type OutcomesRequest } from '../outcomes/outcomes-schema.ts'
import { describeProblem } from './schema-problem.ts'

export interface PredictRequest {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly units?: readonly (string | number | null)[]
  readonly echo_features?: boolean
}

export interface InferRequest {
  readonly id?: string
  readonly parameters?: Readonly<Record<string, string | number | boolean>>
  readonly inputs: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly datatype: string
    readonly parameters?: Readonly<Record<string, unknown>>
    readonly data?: readonly unknown[]
  }[]
  readonly outputs?: readonly { readonly name: string; readonly parameters?: Readonly<Record<string, unknown>> }[]
}

export interface IndexRequest {
  readonly ready?: boolean
}

export type JsonSchema = Readonly<Record<string, unknown>>

const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
]

const parameters = {
  type: 'object',
  description: 'Protocol parameters.',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
}

const echoFeatures = {
  type: 'boolean',
  description: 'The answer says which features of views were read, what the model got, and how each was found.',
}

/** The request schemas, with the limits of this server in them. */
export function buildRequestSchemas(limits: ServingLimits) {
  return {
    PredictRequest: predictSchema(limits),
    InferRequest: inferSchema(limits),
    IndexRequest: {
      type: 'object',
      properties: { ready: { type: 'boolean', description: 'List only the versions that are ready.' } },
    },
    OutcomesRequest: buildOutcomesSchema(limits),
    FeaturesRequest: buildFeaturesSchema(limits),
    PushRequest: buildPushSchema(limits),
  } as const satisfies Record<string, JsonSchema>
}

function predictSchema({ rows, unitLength }: ServingLimits) {
  return {
    type: 'object',
    required: ['rows'],
    additionalProperties: false,
    properties: {
      rows: {
        type: 'array',
        description:
          'Rows by feature name, and by the names of keys where the model reads views. A value that is not known is null; none may be left out.',
        minItems: 1,
        maxItems: rows,
        items: { type: 'object' },
      },
      units: {
        type: 'array',
        description: "The unit of each row, when it is not in the row's own field that the rollout names. Decides the arm.",
        maxItems: rows,
        items: { type: ['string', 'number', 'null'], maxLength: unitLength },
      },
      echo_features: echoFeatures,
    },
  }
}

function inferSchema({ unitLength }: ServingLimits) {
  return {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: { type: 'string', description: 'Echoed in the response.', maxLength: 1024 },
      parameters: {
        ...parameters,
        properties: {
          unit: {
            type: ['string', 'number'],
            maxLength: unitLength,
            description: 'What is assigned to an arm: one request is one unit.',
          },
          binary_data_output: {
            type: 'boolean',
            description: 'Every output as raw bytes behind the JSON, unless it says otherwise itself.',
          },
          echo_features: echoFeatures,
          priority: { type: 'integer', minimum: 0, description: 'Taken, and changes nothing: models are served in turn.' },
          timeout: { type: 'integer', minimum: 0, description: 'Taken, and changes nothing: see the budget of the model.' },
        },
      },
      inputs: { type: 'array', minItems: 1, maxItems: 10_000, items: inputSchema },
      outputs: { type: 'array', description: 'Outputs to return; all when left out.', maxItems: 1000, items: outputSchema },
    },
  }
}

const inputSchema = {
  type: 'object',
  required: ['name', 'shape', 'datatype'],
  properties: {
    name: { type: 'string', description: "A named feature, or one of the model's own tensors." },
    shape: {
      type: 'array',
      minItems: 1,
      maxItems: 8,
      items: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    },
    datatype: { type: 'string', enum: datatypes },
    parameters: {
      ...parameters,
      properties: {
        binary_data_size: {
          type: 'integer',
          minimum: 0,
          description: 'Bytes of this tensor behind the JSON, in place of `data` (binary tensor extension).',
        },
      },
    },
    data: {
      type: 'array',
      description:
        'Row-major, flat or nested. null in FP32 and FP64 is NaN, by the null policy of the model. INT64 beyond 2^53: a string of digits.',
    },
  },
}

const outputSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    parameters: {
      ...parameters,
      properties: {
        binary_data: { type: 'boolean', description: 'This output as raw bytes behind the JSON of the response.' },
      },
    },
  },
}

export interface RequestValidators {
  /** Each throws `invalid-input` with the first problem and its place. */
  predict(body: unknown): PredictRequest
  infer(body: unknown): InferRequest
  index(body: unknown): IndexRequest
  outcomes(body: unknown): OutcomesRequest
  features(body: unknown): FeaturesRequest
  push(body: unknown): PushRequest
}

export function compileRequestValidators(schemas: ReturnType<typeof buildRequestSchemas>): RequestValidators {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, messages: true, verbose: true })
  return {
    predict: compileValidator<PredictRequest>(ajv, schemas.PredictRequest),
    infer: compileValidator<InferRequest>(ajv, schemas.InferRequest),
    index: compileValidator<IndexRequest>(ajv, schemas.IndexRequest),
    outcomes: compileValidator<OutcomesRequest>(ajv, schemas.OutcomesRequest),
    features: compileValidator<FeaturesRequest>(ajv, schemas.FeaturesRequest),
    push: compileValidator<PushRequest>(ajv, schemas.PushRequest),
  }
}

function compileValidator<Request>(ajv: Ajv2020, schema: JsonSchema): (body: unknown) => Request {
  const validate = ajv.compile<Request>(schema)
  return (body) => {
    if (validate(body)) return body
    const problem = validate.errors?.[0]
    throw new MainwardError('invalid-input', problem === undefined ? 'the request is not valid' : describeProblem(problem))
  }
}
