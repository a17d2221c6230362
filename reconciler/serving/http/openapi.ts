/** Builds the OpenAPI 3.1 document from the very routes and schemas that answer and validate. Pure. */
import type { ServingLimits } from '../limits.ts'
import type { JsonSchema } from '../protocol/request-schemas.ts'
import type { ApiRoute } from './api-route.ts'
import { errorSchema } from './response-schemas.ts'

export interface OpenApiOptions {
  readonly version: string
  readonly limits: ServingLimits
  readonly requestSchemas: Readonly<Record<string, JsonSchema>>
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `error` says what was expected and what was found.',
  404: 'The model or version is not served here.',
  408: 'The request was not sent in time.',
  413: 'The body is larger than the limit, as it was sent or once it is inflated.',
  415: 'The body has another content coding than `gzip` and `deflate`.',
  417: 'The request expects something else than `100-continue`.',
  431: 'The headers are larger than the limit.',
  500: 'The server failed; its log has the reason under the request id.',
  501: 'Known, and not supported by this version; `error` says what to do instead.',
  503: 'Not ready, or too much to do; `Retry-After` says when to try again.',
}

export function buildOpenApi(routes: readonly ApiRoute[], { version, limits, requestSchemas }: OpenApiOptions): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    if (route.responseSchema === undefined) continue
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: buildOperation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Mainward data plane', version, description: `${describeLimits(limits)}\n${describeRefused(routes)}` },
    paths,
    components: {
      schemas: { ...requestSchemas, Error: errorSchema },
      parameters: { RequestId: requestIdHeader, Unit: unitHeader, HeaderLength: headerLengthHeader },
      headers: { RequestId: requestIdAnswer, HeaderLength: headerLengthAnswer },
    },
  }
}

const requestIdHeader = {
  name: 'Mainward-Request-Id',
  in: 'header',
  description: 'Id of the request: 1 to 128 visible ASCII characters. Made by the server when left out; always in the response.',
  schema: { type: 'string' },
}

const unitHeader = {
  name: 'Mainward-Unit',
  in: 'header',
  description: 'What is assigned to an arm, when `parameters.unit` does not say it.',
  schema: { type: 'string' },
}

const headerLengthHeader = {
  name: 'Inference-Header-Content-Length',
  in: 'header',
  description:
    'Bytes of JSON at the start of the body, before any compression; raw tensors follow. 0: the body is the one tensor of the model. Without it the whole body is JSON.',
  schema: { type: 'integer', minimum: 0 },
}

const requestIdAnswer = { description: 'Id of the request.', required: true, schema: { type: 'string' } }

const headerLengthAnswer = {
  description: 'Bytes of JSON at the start of the body, when raw tensors follow.',
  schema: { type: 'integer', minimum: 0 },
}

const rawTensors = {
  type: 'string',
  format: 'binary',
  description: 'JSON as under application/json, and behind it raw tensors: little-endian, row-major, in the order of the JSON.',
}

function buildOperation(route: ApiRoute): JsonSchema {
  const names = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '')
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const headers = route.timed === 'infer' ? ['RequestId', 'Unit', 'HeaderLength'] : ['RequestId']
  const parameters = [...inPath, ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` }))]
  return {
    operationId: route.operationId,
    summary: route.summary,
    parameters,
    ...(route.requestSchema === undefined ? {} : { requestBody: buildRequestBody(route, route.requestSchema) }),
    responses: buildResponses(route),
  }
}

function buildRequestBody({ bodyOptional = false, timed }: ApiRoute, schema: string): JsonSchema {
  const json = { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } }
  const raw = { 'application/octet-stream': { schema: rawTensors } }
  return { required: !bodyOptional, content: timed === 'infer' ? { ...json, ...raw } : json }
}

function buildResponses(route: ApiRoute): JsonSchema {
  const headers = { 'Mainward-Request-Id': { $ref: '#/components/headers/RequestId' } }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  const errors = route.errorStatuses.map((status) => {
    return [status, { description: statusTexts[status] ?? 'An error.', headers, content }] as const
  })
  return Object.fromEntries([[route.successStatus ?? 200, buildAnswer(route, headers)], ...errors])
}

function buildAnswer({ responseType, responseSchema, timed }: ApiRoute, headers: JsonSchema): JsonSchema {
  const found = { [responseType ?? 'application/json']: { schema: responseSchema } }
  if (timed !== 'infer') return { description: 'The answer.', headers, content: found }
  const length = { 'Inference-Header-Content-Length': { $ref: '#/components/headers/HeaderLength' } }
  const content = { ...found, 'application/octet-stream': { schema: rawTensors } }
  return { description: 'The answer.', headers: { ...headers, ...length }, content }
}

function describeLimits(limits: ServingLimits): string {
  return [
    'Predictions as plain JSON, and the Open Inference Protocol v2 (REST, JSON and binary tensors). The content type of a request is not looked at.',
    'Bodies may have the content coding gzip or deflate; answers of 1 KiB and more get what `Accept-Encoding` likes best of them.',
    'Of the same member twice in a JSON object the last counts; in the outermost object it is refused.',
    `Limits of this server: ${limits.bodyBytes} bytes of body, ${limits.jsonBytes} of JSON alone, also once it is inflated; ${limits.rows} rows a request, ${limits.headerBytes} bytes of headers,`,
    `${limits.jsonDepth} levels, ${limits.jsonValues} values, ${limits.jsonContainers} objects and arrays and ${limits.jsonLayouts} sequences of keys of JSON,`,
    `${limits.texts} texts in BYTES tensors of ${limits.textBytes} bytes each, ${limits.unitLength} characters of unit;`,
    `headers within ${limits.headersTimeoutMs / 1000} s, the whole request within ${limits.requestTimeoutMs / 1000} s.`,
  ].join('\n')
}

function describeRefused(routes: readonly ApiRoute[]): string {
  const refused = routes
    .filter(({ responseSchema }) => responseSchema === undefined)
    .map(({ method, path }) => `${method} ${path}`)
  return `Answered with 501 and what to do instead: ${refused.join(', ')}.`
}
