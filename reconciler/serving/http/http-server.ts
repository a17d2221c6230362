/**
 * The HTTP edge: limits, request ids, errors as `{"error": …}`, logs and metrics around the routes. Knows no protocol and no
 * model. The content type of a request carries no meaning here: a body is bytes.
 */
import type { IncomingMessage } from 'node:http'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { MainwardError } from '../../core/error.ts'
import type { ServingLimits } from '../limits.ts'
import { describeFailure, type RequestProblem } from '../protocol/request-problem.ts'
import type { ApiResponse, ApiRoute } from './api-route.ts'
import { answerBrokenConnection } from './broken-connection.ts'
import type { ServingMetrics } from './metrics.ts'
import { readRequestId } from './request-id.ts'

export interface HttpServerOptions {
  readonly routes: readonly ApiRoute[]
  readonly limits: ServingLimits
  readonly metrics: ServingMetrics
  readonly log: Logger
  /** The label of a model in the metrics: its name, or an empty text for one that is not served. */
  labelModel(model: string | undefined): string
}

export interface HttpServer {
  /** Resolves with the port. Throws `port-in-use`. */
  listen(host: string, port: number): Promise<number>
  /** Closes the listener, answers what is in flight, and cuts what is left after the drain time. */
  close(): Promise<void>
}

/** A problem with what only this edge knows. */
interface Refusal extends RequestProblem {
  readonly cause?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const emptyBody = Buffer.alloc(0)
const allMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'] as const

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const app = createApp(options)
  const responder = new Responder(options)
  for (const route of options.routes) {
    app.route({ method: route.method, url: route.path, handler: (request, reply) => responder.answer(route, request, reply) })
  }
  refuseOtherVerbs(app, options.routes, responder)
  app.setNotFoundHandler((request, reply) => {
    responder.refuse(request.raw, reply, {
      status: 404,
      reason: 'not-found',
      message: 'there is nothing at this address; /openapi.json lists what there is',
    })
  })
  app.setErrorHandler((error, request, reply) => responder.refuse(request.raw, reply, describeFrameworkFailure(error)))
  return {
    listen: (host, port) => listen(app, host, port),
    close: async () => {
      responder.startDraining()
      await closeApp(app, options.limits.drainTimeoutMs)
    },
  }
}

function createApp({ limits, log }: HttpServerOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
    http: { maxHeaderSize: limits.headerBytes, headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: 1000 },
    clientErrorHandler: (error, socket) => answerBrokenConnection(error, socket, log),
    frameworkErrors: (_error, _request, reply) => {
      writeResponse(reply, 400, JSON.stringify({ error: 'the address is not a valid URL' }), {})
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type']
    const coding = request.raw.headers['content-encoding']
    if (coding === undefined || coding === 'identity') return done()
    done(
      new MainwardError(
        'invalid-input',
        `the content coding ${JSON.stringify(coding.slice(0, 40))} is not supported by this version`,
      ),
    )
  })
  return app
}

function refuseOtherVerbs(app: FastifyInstance, routes: readonly ApiRoute[], responder: Responder): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed: string[] = routes.filter((route) => route.path === path).map(({ method }) => method)
    if (allowed.includes('GET')) allowed.push('HEAD')
    app.route({
      method: allMethods.filter((method) => !allowed.includes(method)),
      url: path,
      handler: (request, reply) => {
        const headers = { allow: allowed.join(', ') }
        responder.refuse(request.raw, reply, { status: 405, reason: 'method', message: 'Method Not Allowed', headers })
      },
    })
  }
}

/** Answers one request after the other; holds what all of them share. */
class Responder {
  readonly #options: HttpServerOptions
  #draining = false

  constructor(options: HttpServerOptions) {
    this.#options = options
  }

  startDraining(): void {
    this.#draining = true
  }

  async answer(route: ApiRoute, { raw, params, body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { metrics } = this.#options
    const startedAt = performance.now()
    const requestId = readRequestId(raw.headers)
    const named = params as Readonly<Record<string, string>>
    if (route.timed !== undefined) metrics.beginRequest()
    let status = 500
    try {
      const response = await route.answer({
        params: named,
        headers: raw.headers,
        body: (body as Buffer | undefined) ?? emptyBody,
        requestId,
      })
      status = response.status
      this.#send(
        reply,
        response,
        requestId,
        route.responseType === undefined ? undefined : { 'content-type': route.responseType },
      )
      for (const served of response.served ?? []) {
        metrics.countServed(served)
        if (performance.now() - startedAt > served.release.serving.budgetMs) metrics.countOverBudget(served)
      }
    } catch (error) {
      const problem = describeFailure(error)
      status = problem.status
      if (route.timed !== undefined) metrics.countError(route.timed, this.#options.labelModel(named.model), problem.reason)
      this.#logProblem(problem, error, requestId, raw)
      this.#sendProblem(reply, problem, requestId)
    }
    if (route.timed !== undefined) {
      const seconds = (performance.now() - startedAt) / 1000
      metrics.endRequest({ route: route.timed, model: this.#options.labelModel(named.model), status, seconds })
    }
    return reply
  }

  /** Answers a request that no route took. */
  refuse(raw: IncomingMessage, reply: FastifyReply, problem: Refusal): void {
    const requestId = readRequestId(raw.headers)
    this.#logProblem(problem, problem.cause, requestId, raw)
    this.#sendProblem(reply, problem, requestId)
  }

  #sendProblem(reply: FastifyReply, { status, message, headers }: Refusal, requestId: string): void {
    this.#send(reply, { status, body: JSON.stringify({ error: message }) }, requestId, headers)
  }

  #send(reply: FastifyReply, { status, body }: ApiResponse, requestId: string, more?: Readonly<Record<string, string>>): void {
    const headers: Record<string, string> = { 'mainward-request-id': requestId, ...more }
    if (this.#draining) headers.connection = 'close'
    if (status === 503) headers['retry-after'] = '1'
    writeResponse(reply, status, body, headers)
  }

  #logProblem(problem: RequestProblem, error: unknown, requestId: string, raw: IncomingMessage): void {
    const { log } = this.#options
    const about = { requestId, status: problem.status, method: raw.method, url: raw.url?.slice(0, 200) }
    if (problem.status >= 500 && problem.status !== 503 && problem.status !== 501)
      log.error({ ...about, err: error }, 'a request failed')
    else log.debug({ ...about, reason: problem.message }, 'a request was refused')
  }
}

/**
 * Past the framework: it would put a charset behind the content type, which clients want exact, and head and body as one text
 * leave in one write.
 */
function writeResponse(reply: FastifyReply, status: number, body: string, headers: Readonly<Record<string, string>>): void {
  reply.hijack()
  reply.raw.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers })
  reply.raw.end(body)
}

function describeFrameworkFailure(error: unknown): Refusal {
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string }
  if (error instanceof MainwardError) {
    return { status: 415, message: error.message, reason: 'content-coding', headers: { 'accept-encoding': 'identity' } }
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return {
      status: 413,
      message: 'the body is larger than this server takes',
      reason: 'too-large',
      headers: { connection: 'close' },
    }
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return { status: statusCode, message: message ?? '', reason: 'http' }
  return { ...describeFailure(error), cause: error }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw describeListenFailure(error, host, port)
  }
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}

function describeListenFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const place = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    const hint = 'stop the other program, or choose another port with --port (0 picks a free one)'
    return new MainwardError('port-in-use', `another program listens on ${place}`, { hint, cause: error })
  }
  if (code === 'EACCES')
    return new MainwardError('environment', `no permission to listen on ${place}`, {
      hint: 'choose a port above 1023',
      cause: error,
    })
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new MainwardError('usage', `this machine has no address ${host}`, { hint: 'choose another --host', cause: error })
  }
  return error
}

async function closeApp(app: FastifyInstance, drainTimeoutMs: number): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), 50)
  const deadline = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs)
  try {
    await app.close()
  } finally {
    clearInterval(idle)
    clearTimeout(deadline)
  }
}
