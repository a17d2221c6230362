/** The id of a request: the client's own when it is usable, else a new one. */
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const usable = /^[\x21-\x7e]{1,128}$/

export function readRequestId(headers: IncomingHttpHeaders): string {
  const given = headers['mainward-request-id']
  return typeof given === 'string' && usable.test(given) ? given : randomUUID()
}
