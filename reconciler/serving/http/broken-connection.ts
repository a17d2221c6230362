/** Answers what never became a request: malformed HTTP, headers that are too large or too slow, one connection too many. */
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { giveBack } from './give-back.ts'

const answers: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the headers are larger than this server takes'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Content Too Large', 'the chunk extensions are larger than this server takes'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request was not sent in time'],
  tunnel: [400, 'Bad Request', 'this server is no proxy'],
  busy: [503, 'Service Unavailable', 'this server has as many connections as it takes'],
}

/** How long bytes are read and dropped after an answer that comes before their end; closing at once could take the answer along. */
export const lingerMs = 2000

/** A connection on which nothing was ever sent is closed without a word: there is nothing to answer, and there may be thousands. */
export function answerBrokenConnection(error: Error & { code?: string }, socket: Socket, log: Logger): void {
  if (socket.writableEnded) return
  const isSilent = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0
  if (error.code === 'ECONNRESET' || !socket.writable || isSilent) socket.destroy()
  else log.debug({ status: refuse(socket, error.code ?? ''), code: error.code }, 'a connection was refused')
}

/** Answers a connection beyond the limit. */
export function refuseConnection(socket: Socket): void {
  refuse(socket, 'busy')
}

/** Answers the method CONNECT, of which node makes no request. */
export function refuseTunnel(socket: Socket): void {
  refuse(socket, 'tunnel')
}

/** Answers, ends, and drops what still comes. Returns the status. */
function refuse(socket: Socket, code: string): number {
  const [status, text, message] = answers[code] ?? [400, 'Bad Request', 'this is not a valid HTTP request']
  const body = JSON.stringify({ error: message })
  const head = [
    `HTTP/1.1 ${status} ${text}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 503 ? ['Retry-After: 1'] : []),
    'Connection: close',
  ]
  socket.removeAllListeners('data')
  socket.removeAllListeners('timeout')
  socket.on('data', giveBack)
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('end', () => socket.destroy())
  socket.once('close', () => clearTimeout(timer))
  return status
}
