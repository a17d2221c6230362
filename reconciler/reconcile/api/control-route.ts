/** A route of the admin API as a value: the server and its OpenAPI document are made from the same list. */
import type { JsonSchema } from './json-schema.ts'

export interface ControlRequest {
  /** Checked by the route's schemas. */
  readonly query: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
  /** Parts of the path, by name. */
  readonly path: Readonly<Record<string, unknown>>
}

export interface ControlResponse {
  readonly status: number
  /** A text or a stream is sent as it is, everything else as JSON. */
  readonly body: unknown
  readonly contentType?: string
}

export interface ControlRoute {
  readonly method: 'GET' | 'POST'
  /** As OpenAPI writes it: `/features/{view}`; each part in braces is described by `pathSchema`. */
  readonly path: string
  readonly summary: string
  /** Without a token: only what tells nothing about models and people. */
  readonly open?: true
  /** Answered also while the database is not there. */
  readonly always?: true
  readonly pathSchema?: JsonSchema
  readonly querySchema?: JsonSchema
  readonly bodySchema?: JsonSchema
  answer(request: ControlRequest): Promise<ControlResponse>
}
