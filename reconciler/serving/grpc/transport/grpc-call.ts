/**
 * One call: takes in its message, has it answered, sends the answer or a status, and ends the stream in every case within a time.
 * Knows no method and no message.
 */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { MainwardError } from '../../../core/error.ts'
import { inflateBody, type ContentCoding } from '../../protocol/content-coding.ts'
import type { InflationBudget } from '../../protocol/inflation-budget.ts'
import { acceptedCodings, readMessageCoding, readTimeoutMs } from './call-headers.ts'
import type { CallKeeper, KeptCall } from './call-keeper.ts'
import { CallRefusal, describeCallFailure, encodeStatusMessage, statusCodes, type CallProblem } from './grpc-status.ts'
import { MessageReceiver, sealFrame } from './message-frame.ts'

export interface CallContext {
  readonly headers: IncomingHttpHeaders
  /** Mainward's own id of the request. */
  readonly requestId: string
}

/** What a watching method sends to. */
export interface MessageSink {
  send(message: Buffer): void
  /** Ends the call with the status of this error. */
  fail(error: unknown): void
}

/** Messages that are sent have `frameHead` free bytes at their start. */
export type GrpcMethod =
  | { readonly kind: 'unary'; readonly answer: (message: Buffer, context: CallContext) => Buffer | Promise<Buffer> }
  /** Sends messages until the client leaves; returns what ends that. */
  | { readonly kind: 'watch'; readonly watch: (message: Buffer, sink: MessageSink) => () => void }
  /** Whatever is sent. */
  | { readonly kind: 'refused'; readonly why: MainwardError }

type AnsweringMethod = Exclude<GrpcMethod, { readonly kind: 'refused' }>

export interface CallParts {
  readonly keeper: CallKeeper
  readonly inflation: InflationBudget
  readonly limits: { readonly bodyBytes: number; readonly requestTimeoutMs: number }
  readonly onProblem: (problem: CallProblem, error: unknown, context: CallContext) => void
}

export class GrpcCall implements KeptCall, MessageSink {
  readonly #stream: ServerHttp2Stream
  readonly #context: CallContext
  readonly #parts: CallParts
  readonly #startedAt = performance.now()
  #timer: NodeJS.Timeout | undefined
  #stopWatching: (() => void) | undefined
  /** Its last message or status was handed over. */
  #isEnded = false

  constructor(stream: ServerHttp2Stream, context: CallContext, parts: CallParts) {
    this.#stream = stream
    this.#context = context
    this.#parts = parts
    stream.once('close', () => this.#onClose())
  }

  /** Receives the message; `method` answers it. */
  start(method: GrpcMethod): void {
    const { keeper, limits } = this.#parts
    const { headers } = this.#context
    try {
      if (method.kind === 'refused') throw method.why
      keeper.add(this)
      const deadlineMs = readTimeoutMs(headers)
      const coding = readMessageCoding(headers)
      const receiver = new MessageReceiver(limits.bodyBytes, (bytes) => keeper.hold(this, bytes))
      this.#failAfter(Math.min(limits.requestTimeoutMs, deadlineMs), 'the message was not sent in time')
      this.#stream.on('data', (piece: Buffer) => this.#receive(receiver, piece))
      this.#stream.once('end', () => {
        if (this.#isEnded) return
        this.#failAfter(deadlineMs, "the client's deadline is over")
        this.#answer(method, receiver, coding).catch((error: unknown) => this.fail(error))
      })
    } catch (error) {
      this.fail(error)
    }
  }

  /** A message of a watching method. */
  send(message: Buffer): void {
    if (this.#isEnded || this.#stream.destroyed) return
    if (!this.#stream.headersSent) this.#respond()
    this.#stream.write(sealFrame(message))
  }

  fail(error: unknown): void {
    if (this.#isEnded || this.#stream.destroyed) return
    const problem = describeCallFailure(error)
    this.#parts.onProblem(problem, error, this.#context)
    const trailers: OutgoingHttpHeaders = {
      'grpc-status': String(problem.code),
      'grpc-message': encodeStatusMessage(problem.message),
    }
    if (problem.code === statusCodes.unavailable) trailers['grpc-retry-pushback-ms'] = '1000'
    this.#end(trailers)
  }

  evict(): void {
    if (this.#isEnded) this.#stream.close(constants.NGHTTP2_CANCEL)
    else this.fail(new MainwardError('unavailable', 'this call waited for its client while others needed the room'))
  }

  #receive(receiver: MessageReceiver, piece: Buffer): void {
    if (this.#isEnded) return
    try {
      receiver.write(piece)
    } catch (error) {
      this.fail(error)
    }
  }

  async #answer(method: AnsweringMethod, receiver: MessageReceiver, coding: ContentCoding): Promise<void> {
    const { keeper } = this.#parts
    const { bytes, isCompressed } = receiver.finish()
    keeper.setWaiting(this, false)
    const message = isCompressed ? await this.#inflate(bytes, coding) : bytes
    if (method.kind === 'watch') {
      keeper.setWaiting(this, true)
      this.#stopWatching = method.watch(message, this)
      return
    }
    const answer = await method.answer(message, this.#context)
    if (this.#isEnded || this.#stream.destroyed) return
    keeper.hold(this, answer.length)
    this.#respond()
    this.#end({ 'grpc-status': String(statusCodes.ok) }, sealFrame(answer))
  }

  async #inflate(bytes: Buffer, coding: ContentCoding): Promise<Buffer> {
    const { keeper, inflation, limits } = this.#parts
    if (coding === 'identity')
      throw new MainwardError('invalid-input', 'the message is compressed, but grpc-encoding does not say how')
    const message = await inflation.inflate(bytes.length, limits.bodyBytes, () => inflateBody(bytes, coding, limits.bodyBytes))
    keeper.hold(this, message.length)
    return message
  }

  #respond(trailersOnly?: OutgoingHttpHeaders): void {
    const headers = {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-accept-encoding': acceptedCodings,
      'mainward-request-id': this.#context.requestId,
      ...trailersOnly,
    }
    this.#stream.respond(headers, trailersOnly === undefined ? { waitForTrailers: true } : { endStream: true })
  }

  /** From here on the client has a time in which it must take what is sent. What it still sends is dropped. */
  #end(trailers: OutgoingHttpHeaders, last?: Buffer): void {
    this.#isEnded = true
    const stream = this.#stream
    this.#parts.keeper.setWaiting(this, true)
    this.#schedule(this.#parts.limits.requestTimeoutMs, () => stream.close(constants.NGHTTP2_CANCEL))
    if (stream.headersSent) {
      stream.once('wantTrailers', () => stream.sendTrailers(trailers))
      stream.end(last)
    } else this.#respond(trailers)
    if (stream.readableEnded) return
    stream.resume()
    stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
  }

  #failAfter(timeoutMs: number, message: string): void {
    const leftMs = timeoutMs - (performance.now() - this.#startedAt)
    this.#schedule(leftMs, () => this.fail(new CallRefusal(statusCodes.deadlineExceeded, message)))
  }

  #schedule(delayMs: number, work: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = delayMs === Infinity ? undefined : setTimeout(work, Math.max(0, delayMs))
  }

  #onClose(): void {
    this.#isEnded = true
    clearTimeout(this.#timer)
    this.#parts.keeper.remove(this)
    this.#stopWatching?.()
  }
}
