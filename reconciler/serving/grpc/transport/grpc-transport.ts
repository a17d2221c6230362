/**
 * gRPC over HTTP/2 without TLS: sessions, calls and their bounds, around methods by path. Knows no service. Where the protocol
 * leaves a choice, a slow or greedy client loses, and nobody waits for it.
 */
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Logger } from 'pino'
import { readRequestId } from '../../http/request-id.ts'
import type { ServingLimits } from '../../limits.ts'
import { InflationBudget } from '../../protocol/inflation-budget.ts'
import { findHttpProblem } from './call-headers.ts'
import { CallKeeper } from './call-keeper.ts'
import { GrpcCall, type CallContext, type CallParts, type GrpcMethod } from './grpc-call.ts'
import { CallRefusal, statusCodes, type CallProblem } from './grpc-status.ts'
import { SessionKeeper } from './session-keeper.ts'

/** Bounds that only this transport has. */
export const transportLimits = {
  /** Calls of one connection at once; a client queues what is more. */
  streams: 128,
  calls: 4096,
  sessions: 2048,
  headerPairs: 64,
  windowBytes: 256 * 1024,
} as const

export interface GrpcTransportOptions {
  /** By path: `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, GrpcMethod>
  readonly limits: ServingLimits
  readonly log: Logger
}

export interface GrpcTransport {
  readonly server: Http2Server
  /** Takes no new calls; resolves when those in flight are answered, or the drain time is over. */
  endSessions(): Promise<void>
}

export function createGrpcTransport({ methods, limits, log }: GrpcTransportOptions): GrpcTransport {
  const server = createServer(sessionOptions(limits))
  const sessions = new SessionKeeper({
    sessions: transportLimits.sessions,
    greetingTimeoutMs: limits.headersTimeoutMs,
    idleTimeoutMs: limits.keepAliveTimeoutMs,
  })
  const parts: CallParts = {
    keeper: new CallKeeper(transportLimits.calls, limits.heldBytes),
    // What is being inflated is there twice, in pieces and then as one, and once more until its memory is collected.
    inflation: new InflationBudget(limits.heldBytes / 4),
    limits,
    onProblem: (problem, error, context) => logProblem(log, problem, error, context),
  }
  server.on('session', (session) => {
    session.on('error', (error) => log.debug({ err: error }, 'a gRPC connection was ended'))
    if (sessions.add(session)) session.setLocalWindowSize(transportLimits.windowBytes * 4)
  })
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const { session } = stream
    stream.on('error', (error) => log.debug({ err: error }, 'a gRPC call was ended'))
    if (session !== undefined) {
      sessions.beginCall(session)
      stream.once('close', () => sessions.endCall(session))
    }
    startCall(stream, headers, methods, parts)
  })
  return { server, endSessions: () => sessions.close(limits.drainTimeoutMs) }
}

function sessionOptions({ headerBytes, heldBytes }: ServingLimits) {
  return {
    settings: {
      maxConcurrentStreams: transportLimits.streams,
      maxHeaderListSize: headerBytes,
      initialWindowSize: transportLimits.windowBytes,
    },
    maxHeaderListPairs: transportLimits.headerPairs,
    /** Megabytes; beyond it a session gets no new streams. */
    maxSessionMemory: Math.ceil(heldBytes / 1_000_000),
  }
}

function startCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  methods: ReadonlyMap<string, GrpcMethod>,
  parts: CallParts,
): void {
  const httpStatus = findHttpProblem(headers)
  if (httpStatus !== null) {
    stream.respond({ ':status': httpStatus }, { endStream: true })
    stream.resume()
    return
  }
  const path = headers[':path'] ?? ''
  const method = methods.get(path)
  const call = new GrpcCall(stream, { headers, requestId: readRequestId(headers) }, parts)
  if (method !== undefined) call.start(method)
  else call.fail(new CallRefusal(statusCodes.unimplemented, `there is no method ${JSON.stringify(path.slice(0, 120))}`))
}

function logProblem(log: Logger, problem: CallProblem, error: unknown, { requestId, headers }: CallContext): void {
  const about = { requestId, code: problem.code, method: headers[':path']?.slice(0, 200) }
  if (problem.code === statusCodes.internal) log.error({ ...about, err: error }, 'a call failed')
  else log.debug({ ...about, reason: problem.message }, 'a call was refused')
}
