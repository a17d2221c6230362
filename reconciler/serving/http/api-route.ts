/** A route of the data plane as a plain value: registered with the HTTP server and published in the OpenAPI document alike. */
import type { buildRequestSchemas, JsonSchema } from '../protocol/request-schemas.ts'
import type { ServedRows } from '../protocol/prediction-service.ts'
import type { TimedRoute } from '../metrics/serving-metrics.ts'

export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Empty when the request has none. */
  readonly body: Buffer
  readonly requestId: string
  /** When its last byte was there, by the monotonic clock. */
  readonly receivedAt: number
}

export interface ApiResponse {
  readonly status: number
  /** Text, or bytes that are written as they are. */
  readonly body: string | Uint8Array
  /** When it is another than the route's. */
  readonly contentType?: string
  /** Further headers: name and value in turn. */
  readonly headers?: readonly string[]
  /** Releases that answered, for the metrics. */
  readonly served?: readonly ServedRows[]
}

export interface ApiRoute {
  readonly method: 'GET' | 'POST'
  /** With `:name` for parameters. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  /** Name of the request's schema. */
  readonly requestSchema?: keyof ReturnType<typeof buildRequestSchemas>
  /** Whether a body must be sent; with a schema only. */
  readonly bodyOptional?: boolean
  /** Of an answer that is no error. A route without it has none, and the document only names it. */
  readonly responseSchema?: JsonSchema
  /** Of an answer that is no error; 200 when left out. */
  readonly successStatus?: number
  /** Media type of the response; `application/json` when left out. */
  readonly responseType?: string
  /** Statuses of errors that this route answers. */
  readonly errorStatuses: readonly number[]
  /** Counted in the metrics under this name. */
  readonly timed?: TimedRoute
  answer(request: ApiRequest): ApiResponse | Promise<ApiResponse>
}

export function jsonResponse(status: number, value: unknown): ApiResponse {
  return { status, body: JSON.stringify(value) }
}
