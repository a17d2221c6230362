/** Answers one request after the other: body, route, errors as `{"error": …}`, log and metrics. Holds what all of them share. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { MainwardError } from '../../core/error.ts'
import type { ServingLimits } from '../limits.ts'
import { isSupportedCoding, supportedCodings } from '../protocol/content-coding.ts'
import { describeFailure, type RequestProblem } from '../protocol/request-problem.ts'
import type { ApiResponse, ApiRoute } from './api-route.ts'
import { Connections } from './connections.ts'
import { countServed } from '../metrics/count-served.ts'
import type { RouteHandle, ServingMetrics } from '../metrics/serving-metrics.ts'
import { RequestBodies, type ReceivedBody } from './request-body.ts'
import { giveBack } from './give-back.ts'
import { readRequestId } from './request-id.ts'
import { writeEarly, writeResponse, type WrittenResponse } from './response-writer.ts'
import { RequestsAhead, type Sender } from './requests-ahead.ts'
import { compileRouter, type MatchPath, type RouteMatch } from './router.ts'
import { UnsentAnswers } from './unsent-answers.ts'

export interface ResponderOptions {
  readonly routes: readonly ApiRoute[]
  readonly limits: ServingLimits
  readonly metrics: ServingMetrics
  readonly log: Logger
  /** The label of a model in the metrics: its name, or an empty text for one that is not served. */
  readonly labelModel: (model: string | undefined) => string
}

/** A problem with what only this edge knows. */
interface Refusal extends RequestProblem {
  readonly headers?: readonly string[]
}

/** One request on its way through. */
interface Exchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly sender: Sender
  readonly requestId: string
}

/** A request that a route has taken. */
interface Served {
  readonly exchange: Exchange
  readonly counters: RouteHandle | null
  startedAt: number
}

/** The status by which a request is counted whose client did not wait; nothing is sent. */
const clientLeft = 499

export class Responder {
  readonly connections = new Connections()
  readonly #options: ResponderOptions
  readonly #match: MatchPath
  readonly #bodies: RequestBodies
  readonly #unsent: UnsentAnswers
  readonly #ahead: RequestsAhead
  #draining = false

  constructor(options: ResponderOptions) {
    this.#options = options
    this.#match = compileRouter(options.routes)
    this.#bodies = new RequestBodies(options.limits)
    this.#unsent = new UnsentAnswers(options.limits)
    this.#ahead = new RequestsAhead(options.limits)
  }

  /** From now on every answer closes its connection. */
  startDraining(): void {
    this.#draining = true
  }

  handle(message: IncomingMessage, response: ServerResponse): void {
    const exchange = this.#begin(message, response)
    if (exchange === null) return
    const match = this.#findMatch(exchange)
    if (match === null) return
    const route = match.path.byMethod.get(message.method ?? '')
    const coding = message.headers['content-encoding']
    if (route === undefined) this.#refuse(exchange, describeMethods(match.path.allowed))
    else if (coding !== undefined && !isSupportedCoding(coding)) this.#refuse(exchange, describeCoding(coding))
    else this.#take(route, match.params, exchange)
  }

  /** What is too much is refused before anything is held for it: one packet can have a thousand requests. */
  #take(route: ApiRoute, params: Readonly<Record<string, string>>, exchange: Exchange): void {
    const { socket } = exchange.message
    const about: Served = { exchange, counters: this.#beginCounting(route, params.model), startedAt: performance.now() }
    if (this.connections.take(socket) <= this.#options.limits.pipelinedRequests) {
      void this.#serve(route, params, about)
      return
    }
    this.#fail(about, new MainwardError('unavailable', tooManyPipelined))
    this.connections.give(socket)
  }

  /** Answers a request whose `Expect` is no `100-continue`. */
  refuseExpectation(message: IncomingMessage, response: ServerResponse): void {
    const problem = { status: 417, reason: 'expectation', message: 'the only expectation that is met here is 100-continue' }
    const exchange = this.#begin(message, response)
    if (exchange !== null) this.#refuse(exchange, problem)
  }

  /** Null when the connection is cut: it has sent too far ahead, or was cut while that was being read. */
  #begin(message: IncomingMessage, response: ServerResponse): Exchange | null {
    const { socket } = message
    if (socket.destroyed) return null
    const sender = this.#ahead.enter(socket)
    return this.#isCut(sender) ? null : { message, response, sender, requestId: readRequestId(message.headers) }
  }

  /** Cuts the connection when it has sent further ahead than there is room. */
  #isCut(sender: Sender): boolean {
    if (this.#ahead.isTooFar(sender, this.#unsent.cutBytes)) this.#unsent.cut(sender.socket)
    return sender.socket.destroyed
  }

  /** Null when the request has been refused. */
  #findMatch(exchange: Exchange): RouteMatch | null {
    const url = stripOrigin(exchange.message.url ?? '/')
    const hostProblem = findHostProblem(exchange.message)
    if (hostProblem !== null) {
      this.#refuse(exchange, { status: 400, reason: 'host', message: hostProblem })
      return null
    }
    const queryAt = url.indexOf('?')
    try {
      const match = this.#match(queryAt === -1 ? url : url.slice(0, queryAt))
      if (match !== null) return match
    } catch {
      this.#refuse(exchange, { status: 400, reason: 'address', message: 'the address is not a valid URL' })
      return null
    }
    const message = 'there is nothing at this address; /openapi.json lists what there is'
    this.#refuse(exchange, { status: 404, reason: 'not-found', message })
    return null
  }

  async #serve(route: ApiRoute, params: Readonly<Record<string, string>>, about: Served): Promise<void> {
    const { exchange } = about
    const { socket, headers } = exchange.message
    let received: ReceivedBody | null
    try {
      received = await this.#bodies.receive(exchange.message)
    } catch (error) {
      this.#fail(about, error)
      this.connections.give(socket)
      return
    }
    if (received === null || this.#isCut(exchange.sender)) {
      received?.free()
      this.#count(about, clientLeft)
      this.connections.give(socket)
      return
    }
    about.startedAt = performance.now()
    this.connections.begin(socket, exchange.response)
    try {
      this.#checkWaiting()
      const found = await route.answer({
        params,
        headers,
        body: received.bytes,
        requestId: exchange.requestId,
        receivedAt: about.startedAt,
      })
      const sending = this.#send(exchange, found, route.responseType)
      if (sending !== undefined) await sending
      if (found.served !== undefined) countServed(this.#options.metrics, found.served, performance.now() - about.startedAt)
      this.#count(about, found.status)
    } catch (error) {
      this.#fail(about, error)
    }
    received.free()
    this.connections.end(socket)
    this.connections.give(socket)
  }

  /** Throws `unavailable`. */
  #checkWaiting(): void {
    const { waitingRequests } = this.#options.limits
    if (this.connections.unanswered > waitingRequests) throw new MainwardError('unavailable', tooManyWaiting)
  }

  /** Null for a route whose requests are not counted. */
  #beginCounting({ timed }: ApiRoute, model: string | undefined): RouteHandle | null {
    if (timed === undefined) return null
    const { metrics, labelModel } = this.#options
    metrics.beginRequest()
    return metrics.forRoute(timed, labelModel(model))
  }

  #fail(about: Served, error: unknown): void {
    const problem = describeFailure(error)
    about.counters?.error(problem.reason)
    this.#refuse(about.exchange, problem.status === 413 ? { ...problem, headers: ['Connection', 'close'] } : problem, error)
    this.#count(about, problem.status)
  }

  #count({ counters, startedAt }: Served, status: number): void {
    if (counters !== null) this.#options.metrics.endRequest(counters, status, (performance.now() - startedAt) / 1000)
  }

  #refuse(exchange: Exchange, refusal: Refusal, error?: unknown): void {
    this.#logProblem(refusal, error, exchange)
    const { status, message, headers = [], retryAfterSeconds } = refusal
    const later = retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)]
    const answer = { status, body: JSON.stringify({ error: message }), headers: [...headers, ...later] }
    if (exchange.message.complete) {
      exchange.message.resume()
      void this.#send(exchange, answer)
      return
    }
    exchange.message.removeAllListeners('data').on('data', giveBack)
    if (status === 413) {
      writeEarly(exchange.message, exchange.response, this.#describe(exchange, answer))
      exchange.response.once('finish', () => this.#ahead.leave(exchange.sender))
    } else void this.#send(exchange, answer)
  }

  #send(exchange: Exchange, answer: ApiResponse, routeType?: string): Promise<void> | undefined {
    const { message, response } = exchange
    const sending = writeResponse(response, this.#describe(exchange, answer, routeType))
    const look = () => {
      const { socket } = message
      if (response.writableLength === 0) {
        this.#ahead.leave(exchange.sender)
        return
      }
      response.once('finish', () => this.#ahead.leave(exchange.sender))
      this.#unsent.add(socket, response, answer.body.length)
    }
    if (sending !== undefined) return sending.then(look)
    look()
    return undefined
  }

  #describe({ message, requestId }: Exchange, answer: ApiResponse, routeType?: string): WrittenResponse {
    const { status, body, headers } = answer
    const more = headers === undefined ? [] : [...headers]
    if (this.#draining && !more.includes('Connection')) more.push('Connection', 'close')
    if (status === 503 && !more.includes('Retry-After')) more.push('Retry-After', '1')
    const contentType = answer.contentType ?? (status === 200 ? routeType : undefined) ?? 'application/json'
    return { status, body, contentType, requestId, headers: more, acceptEncoding: message.headers['accept-encoding'] }
  }

  #logProblem(problem: RequestProblem, error: unknown, { message, requestId }: Exchange): void {
    const { log } = this.#options
    const { status } = problem
    if (status < 500 || status === 503 || status === 501) return
    log.error({ requestId, status, method: message.method, url: message.url?.slice(0, 200), err: error }, 'a request failed')
  }
}

const tooManyWaiting = 'too many requests wait for their answer'
const tooManyPipelined = 'too many requests of this connection wait for their answer'

/** A client that believes to speak to a proxy sends the whole address, and is to be served all the same (RFC 9112, 3.2.2). */
function stripOrigin(url: string): string {
  return url.startsWith('http') ? url.replace(/^https?:\/\/[^/?]*/, '') : url
}

/** Exactly one is needed (RFC 9112, 3.2): of two, a proxy may have looked at the other. Node keeps the first in silence. */
function findHostProblem({ headers, rawHeaders, httpVersion }: IncomingMessage): string | null {
  if (headers.host === undefined) return httpVersion === '1.1' ? 'the header Host is missing' : null
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host' && ++hosts > 1) return 'the header Host is there more than once'
  }
  return null
}

/** 415 says which codings are taken (RFC 9110, 12.5.3). */
function describeCoding(coding: string): Refusal {
  const message = `the content coding ${JSON.stringify(coding.slice(0, 40))} is not supported, expected one of ${supportedCodings}`
  return { status: 415, reason: 'content-coding', message, headers: ['Accept-Encoding', supportedCodings] }
}

function describeMethods(allowed: string): Refusal {
  return { status: 405, reason: 'method', message: 'Method Not Allowed', headers: ['Allow', allowed] }
}
