/** Answers what never became a request: malformed HTTP, headers that are too large or too slow. */
import type { Socket } from 'node:net'
import type { Logger } from 'pino'

const answers: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the headers are larger than this server takes'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request was not sent in time'],
}

export function answerBrokenConnection(error: Error & { code?: string }, socket: Socket, log: Logger): void {
  const [status, text, message] = answers[error.code ?? ''] ?? [400, 'Bad Request', 'this is not a valid HTTP request']
  log.debug({ status, code: error.code }, 'a connection was refused')
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ error: message })
  const head = [
    `HTTP/1.1 ${status} ${text}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}
