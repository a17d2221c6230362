/** Writes answers: head and body in one piece, compressed when the client asked for it and it is worth it. Knows no route. */
import type { ServerResponse } from 'node:http'
import { chooseCoding, deflateBody } from '../protocol/content-coding.ts'

export interface WrittenResponse {
  readonly status: number
  readonly body: string | Uint8Array
  readonly contentType: string
  readonly requestId: string
  /** Further headers: name and value in turn. */
  readonly headers: readonly string[]
  readonly acceptEncoding: string | string[] | undefined
}

/** What is shorter costs more to compress than to send. */
const smallestCoded = 1024

/** Resolves when the answer was handed over; undefined when that is done already. */
export function writeResponse(response: ServerResponse, written: WrittenResponse): Promise<void> | undefined {
  const { body, acceptEncoding } = written
  if (typeof acceptEncoding === 'string' && body.length >= smallestCoded) {
    const coding = chooseCoding(acceptEncoding)
    if (coding !== 'identity') return writeCoded(response, written, coding)
  }
  writePlain(response, written)
  return undefined
}

async function writeCoded(response: ServerResponse, written: WrittenResponse, coding: 'gzip' | 'deflate'): Promise<void> {
  const bytes = typeof written.body === 'string' ? Buffer.from(written.body) : written.body
  const body = await deflateBody(bytes, coding)
  const headers = [...written.headers, 'Content-Encoding', coding, 'Vary', 'Accept-Encoding']
  writePlain(response, { ...written, body, headers })
}

/** The content type is exact: some clients read errors only under `application/json` without a charset. */
function writePlain(response: ServerResponse, { status, body, contentType, requestId, headers }: WrittenResponse): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
  const head = ['Content-Type', contentType, 'Content-Length', String(length), 'Mainward-Request-Id', requestId]
  response.writeHead(status, headers.length === 0 ? head : [...head, ...headers])
  response.end(body)
}
