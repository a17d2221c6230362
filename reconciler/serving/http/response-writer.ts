/** Writes answers: head and body in one piece, compressed when the client asked for it and it is worth it. Knows no route. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { chooseCoding, deflateBody } from '../protocol/content-coding.ts'
import { lingerMs } from './broken-connection.ts'

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

/**
 * Writes the answer to a request whose body is not wanted and still on its way, and closes the connection when the body has
 * ended: a client that sends before it reads would lose an answer to a closed connection. What comes is dropped.
 */
export function writeEarly(message: IncomingMessage, response: ServerResponse, written: WrittenResponse): void {
  writeHead(response, written)
  response.write(written.body)
  const end = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, lingerMs)
  message.once('end', end)
  message.once('close', end)
}

async function writeCoded(response: ServerResponse, written: WrittenResponse, coding: 'gzip' | 'deflate'): Promise<void> {
  const bytes = typeof written.body === 'string' ? Buffer.from(written.body) : written.body
  const body = await deflateBody(bytes, coding)
  const headers = [...written.headers, 'Content-Encoding', coding, 'Vary', 'Accept-Encoding']
  writePlain(response, { ...written, body, headers })
}

function writePlain(response: ServerResponse, written: WrittenResponse): void {
  writeHead(response, written)
  response.end(written.body)
}

/** The content type is exact: some clients read errors only under `application/json` without a charset. */
function writeHead(response: ServerResponse, { status, body, contentType, requestId, headers }: WrittenResponse): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
  const head = ['Content-Type', contentType, 'Content-Length', String(length), 'Mainward-Request-Id', requestId]
  response.writeHead(status, headers.length === 0 ? head : [...head, ...headers])
}
