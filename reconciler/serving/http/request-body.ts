/**
 * Takes in the bodies of requests within bounds: of one body, of all that are held at once, and of what they become when they
 * are inflated. Knows no route.
 */
import type { IncomingMessage } from 'node:http'
import { MainwardError } from '../../core/error.ts'
import type { ServingLimits } from '../limits.ts'
import { inflateBody, readContentCoding, type ContentCoding } from '../protocol/content-coding.ts'
import { InflationBudget } from '../protocol/inflation-budget.ts'
import { BodyBuffer } from './body-buffer.ts'
import { giveBack } from './give-back.ts'
import { HeavyTurns } from './heavy-turns.ts'

export interface ReceivedBody {
  readonly bytes: Buffer
  /** To be called when the body is not needed any more. */
  readonly free: () => void
}

/** From here on a body takes milliseconds to parse. */
const heavyBytes = 64 * 1024

/** All bodies of this server. */
export class RequestBodies {
  readonly #limits: Pick<ServingLimits, 'bodyBytes' | 'jsonBytes' | 'heldBytes'>
  readonly #inflation: InflationBudget
  readonly #turns = new HeavyTurns()
  #heldBytes = 0

  constructor(limits: Pick<ServingLimits, 'bodyBytes' | 'jsonBytes' | 'heldBytes'>) {
    this.#limits = limits
    this.#inflation = new InflationBudget(limits.heldBytes / 2)
  }

  /**
   * Resolves when the last byte is there and it is this request's turn; null when the client left before. Throws `too-large`
   * before more than the limit is held, `unavailable` when there is no room beside other requests, `unsupported` for an unknown
   * coding.
   */
  receive(message: IncomingMessage): Promise<ReceivedBody | null> {
    const { headers } = message
    const encoding = headers['content-encoding']
    const coding = encoding === undefined ? 'identity' : readContentCoding(encoding)
    const limitBytes = this.#limitOf(headers)
    const announced = Number(headers['content-length'] ?? 0)
    if (announced > limitBytes) throw this.#tooLarge(limitBytes)
    const received = this.#collect(message, announced, limitBytes)
    const isLight = coding === 'identity' && announced > 0 && announced <= heavyBytes
    return isLight ? received : this.#prepare(received, message, { coding, limitBytes })
  }

  async #prepare(
    receiving: Promise<ReceivedBody | null>,
    message: IncomingMessage,
    { coding, limitBytes }: { readonly coding: ContentCoding; readonly limitBytes: number },
  ): Promise<ReceivedBody | null> {
    const received = await receiving
    if (received === null) return null
    const body = coding === 'identity' ? received : await this.#inflate(received, coding, limitBytes)
    return body.bytes.length <= heavyBytes ? body : this.#takeTurn(body, message)
  }

  async #takeTurn(body: ReceivedBody, { headers, url = '' }: IncomingMessage): Promise<ReceivedBody> {
    await this.#turns.take(url)
    const free = () => {
      this.#turns.end(url)
      body.free()
      // Nothing that was read from JSON shares memory with it. Tensors do, and may be kept.
      if (!hasTensors(headers)) giveBack(body.bytes)
    }
    return { bytes: body.bytes, free }
  }

  #limitOf(headers: IncomingMessage['headers']): number {
    const { bodyBytes, jsonBytes } = this.#limits
    return hasTensors(headers) ? bodyBytes : Math.min(jsonBytes, bodyBytes)
  }

  #collect(message: IncomingMessage, announced: number, limitBytes: number): Promise<ReceivedBody | null> {
    return new Promise((resolve, reject) => {
      const body = new BodyBuffer(announced)
      let held = 0
      const free = () => {
        this.#heldBytes -= held
        held = 0
      }
      message.on('data', (piece: Buffer) => {
        const growth = body.capacityWith(piece.length) - body.capacity
        const problem = body.size + piece.length > limitBytes ? this.#tooLarge(limitBytes) : this.#findLack(growth)
        if (problem === null) {
          body.add(piece)
          this.#heldBytes += growth
          held += growth
          return
        }
        message.removeAllListeners('data').on('data', giveBack)
        free()
        body.discard()
        reject(problem)
      })
      message.on('end', () => resolve({ bytes: body.read(), free }))
      message.on('close', () => {
        if (message.complete) return
        free()
        body.discard()
        resolve(null)
      })
    })
  }

  #findLack(added: number): MainwardError | null {
    if (this.#heldBytes + added <= this.#limits.heldBytes) return null
    const message = 'this server holds as many bytes of requests as it takes at once'
    return new MainwardError('unavailable', message, { retry: 'backoff' })
  }

  /** What comes out is held like any other body. */
  async #inflate({ bytes, free }: ReceivedBody, coding: ContentCoding, limitBytes: number): Promise<ReceivedBody> {
    try {
      const inflated = await this.#inflation.inflate(bytes.length, limitBytes, () => inflateBody(bytes, coding, limitBytes))
      const lack = this.#findLack(inflated.length)
      if (lack !== null) throw lack
      this.#heldBytes += inflated.length
      return { bytes: inflated, free: () => void (this.#heldBytes -= inflated.length) }
    } finally {
      free()
    }
  }

  #tooLarge(limitBytes: number): MainwardError {
    const hint = limitBytes < this.#limits.bodyBytes ? ' of JSON; large tensors can be sent in binary' : ''
    return new MainwardError('too-large', `the body is larger than this server takes: ${limitBytes} bytes${hint}`)
  }
}

/** Only a request that says where its JSON ends may have tensors behind it. */
function hasTensors(headers: IncomingMessage['headers']): boolean {
  return headers['inference-header-content-length'] !== undefined
}
