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
  413: 'The body is larger than the limit.',
  415: 'The body has a content coding.',
  431: 'The headers are larger than the limit.',
  500: 'The server failed; its log has the reason under the request id.',
  501: 'Known, and not supported by this version.',
  503: 'Not ready; `Retry-After` says when to try again.',
}

export function buildOpenApi(routes: readonly ApiRoute[], { version, limits, requestSchemas }: OpenApiOptions): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: buildOperation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Mainward data plane', version, description: describeLimits(limits) },
    paths,
    components: {
      schemas: { ...requestSchemas, Error: errorSchema },
      parameters: { RequestId: requestIdHeader, Unit: unitHeader },
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

function buildOperation(route: ApiRoute): JsonSchema {
  const names = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '')
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const headers = route.timed === 'infer' ? ['RequestId', 'Unit'] : ['RequestId']
  const parameters = [...inPath, ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` }))]
  return {
    operationId: route.operationId,
    summary: route.summary,
    parameters,
    ...(route.requestSchema === undefined ? {} : { requestBody: buildRequestBody(route.requestSchema, route.bodyOptional) }),
    responses: buildResponses(route),
  }
}

function buildRequestBody(schema: string, optional = false): JsonSchema {
  return { required: !optional, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } }
}

function buildResponses({ responseSchema, responseType, errorStatuses }: ApiRoute): JsonSchema {
  const error = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
  const errors = errorStatuses.map((status) => [status, { description: statusTexts[status] ?? 'An error.', ...error }] as const)
  const found = { description: 'The answer.', content: { [responseType ?? 'application/json']: { schema: responseSchema } } }
  return Object.fromEntries([[200, found], ...errors])
}

function describeLimits(limits: ServingLimits): string {
  return [
    'Predictions as plain JSON, and the Open Inference Protocol v2 (REST, JSON). The content type of a request is not looked at.',
    `Limits of this server: ${limits.bodyBytes} bytes of body, ${limits.rows} rows a request, ${limits.headerBytes} bytes of headers,`,
    `${limits.jsonDepth} levels, ${limits.jsonContainers} objects and arrays and ${limits.jsonLayouts} sequences of keys of JSON,`,
    `${limits.unitLength} characters of unit; headers within ${limits.headersTimeoutMs / 1000} s,`,
    `the whole request within ${limits.requestTimeoutMs / 1000} s.`,
  ].join('\n')
}
