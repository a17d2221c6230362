/**
 * The HTTP listener: time limits, broken connections, start and end. Knows no route and no model. The content type of a
 * request carries no meaning here: a body is bytes.
 */
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { listen, stopListening } from '../listen.ts'
import { answerBrokenConnection, refuseConnection, refuseTunnel } from './broken-connection.ts'
import { Responder, type ResponderOptions } from './responder.ts'

export interface HttpServer {
  /** Resolves with the port. Throws `port-in-use`. */
  listen(host: string, port: number): Promise<number>
  /** Whoever is connected is served on. */
  stopListening(): void
  /** Stops listening, answers what is in flight, and cuts what is left after the drain time. */
  close(): Promise<void>
}

/** How often connections are looked at that are too slow. */
const checkMs = 1000

/** How long connections are kept during a stop that have nothing under way. */
const idleGraceMs = 100

/**
 * On `node:http` itself: of the 30 µs that it takes for a request, a framework adds a quarter, and a prediction needs nothing
 * of what it does.
 */
export function createHttpServer(options: ResponderOptions): HttpServer {
  const { limits, log } = options
  const responder = new Responder(options)
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: checkMs,
      noDelay: true,
      // Node's own answer to a request without a host has no body; the responder's has.
      requireHostHeader: false,
    },
    (message, response) => responder.handle(message, response),
  )
  // The bytes of headers are bounded; past a number of them, node would leave the rest out in silence.
  server.maxHeadersCount = 0
  // Who has said all that there is to say still waits for the answer (RFC 9112, 9.6).
  Object.assign(server, { httpAllowHalfOpen: true })
  limitConnections(server, limits.connections)
  server.on('checkContinue', (message, response) => {
    if (Number(message.headers['content-length'] ?? 0) <= limits.bodyBytes) response.writeContinue()
    responder.handle(message, response)
  })
  server.on('checkExpectation', (message, response) => responder.refuseExpectation(message, response))
  server.on('connect', (_message, socket) => refuseTunnel(socket as Socket))
  server.on('clientError', (error, socket) => {
    const connection = socket as Socket
    // Requests that came in the same packet are handed over after this event.
    setImmediate(() => responder.connections.afterAnswers(connection, () => answerBrokenConnection(error, connection, log)))
  })
  return {
    listen: (host, port) => listen(server, { host, port, option: '--port' }),
    stopListening: () => void stopListening(server),
    close: async () => {
      responder.startDraining()
      await endConnections(server, stopListening(server), limits.drainTimeoutMs)
    },
  }
}

/** Beyond the limit, a connection gets a clear answer. Past twice the limit there is no room for that either. */
function limitConnections(server: Server, largest: number): void {
  let open = 0
  server.maxConnections = 2 * largest
  server.on('connection', (socket: Socket) => {
    open++
    socket.once('close', () => open--)
    if (open > largest) refuseConnection(socket)
  })
}

/**
 * Connections that look idle are ended only after a while, since a request may be on its way on them: by then whoever asks again
 * and again has had an answer that said `Connection: close`. (`http.Server.close` would end them at once.)
 */
async function endConnections(server: Server, closed: Promise<void>, drainTimeoutMs: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), idleGraceMs)
  const deadline = setTimeout(() => server.closeAllConnections(), drainTimeoutMs)
  try {
    await closed
  } finally {
    clearInterval(idle)
    clearTimeout(deadline)
  }
}
