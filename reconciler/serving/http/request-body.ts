/**
 * Takes in the bodies of requests within bounds: of one body, of all that are held at once, and of what they become when they
 * are inflated. Knows no route.
 */
import type { IncomingMessage } from 'node:http'
import { MainwardError } from '../../core/error.ts'
import type { ServingLimits } from '../limits.ts'
import { inflateBody, readContentCoding, type ContentCoding } from '../protocol/content-coding.ts'
import { InflationBudget } from '../protocol/inflation-budget.ts'

export interface ReceivedBody {
  readonly bytes: Buffer
  /** To be called when the body is not needed any more. */
  readonly free: () => void
}

const nothing = Buffer.alloc(0)

/** All bodies of this server. */
export class RequestBodies {
  readonly #limitBytes: number
  readonly #largestHeldBytes: number
  readonly #inflation: InflationBudget
  #heldBytes = 0

  constructor({ bodyBytes, heldBytes }: Pick<ServingLimits, 'bodyBytes' | 'heldBytes'>) {
    this.#limitBytes = bodyBytes
    this.#largestHeldBytes = heldBytes
    this.#inflation = new InflationBudget(heldBytes)
  }

  /**
   * Resolves when the last byte is there; null when the client left before. Throws `too-large` before more than the limit is
   * held, `unavailable` when there is no room beside other requests, `unsupported` for an unknown coding.
   */
  async receive(message: IncomingMessage): Promise<ReceivedBody | null> {
    const header = message.headers['content-encoding']
    const coding = header === undefined ? 'identity' : readContentCoding(header)
    if (Number(message.headers['content-length'] ?? 0) > this.#limitBytes) throw tooLarge(this.#limitBytes)
    const received = await this.#collect(message)
    return received === null || coding === 'identity' ? received : this.#inflate(received, coding)
  }

  #collect(message: IncomingMessage): Promise<ReceivedBody | null> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let size = 0
      const free = () => {
        this.#heldBytes -= size
        size = 0
      }
      message.on('data', (chunk: Buffer) => {
        const problem = this.#findProblem(size + chunk.length, chunk.length)
        if (problem === null) {
          this.#heldBytes += chunk.length
          size += chunk.length
          chunks.push(chunk)
          return
        }
        message.removeAllListeners('data').resume()
        free()
        reject(problem)
      })
      message.once('end', () => resolve({ bytes: joinChunks(chunks, size), free }))
      message.once('close', () => {
        if (message.complete) return
        free()
        resolve(null)
      })
    })
  }

  #findProblem(size: number, added: number): MainwardError | null {
    if (size > this.#limitBytes) return tooLarge(this.#limitBytes)
    if (this.#heldBytes + added <= this.#largestHeldBytes) return null
    const message = 'this server holds as many bytes of requests as it takes at once'
    return new MainwardError('unavailable', message, { retry: 'backoff' })
  }

  async #inflate({ bytes, free }: ReceivedBody, coding: ContentCoding): Promise<ReceivedBody> {
    try {
      const limitBytes = this.#limitBytes
      const inflated = await this.#inflation.inflate(bytes.length, limitBytes, () => inflateBody(bytes, coding, limitBytes))
      return { bytes: inflated, free }
    } catch (error) {
      free()
      throw error
    }
  }
}

function tooLarge(limitBytes: number): MainwardError {
  return new MainwardError('too-large', `the body is larger than this server takes: ${limitBytes} bytes`)
}

function joinChunks(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) return first
  return size === 0 ? nothing : Buffer.concat(chunks, size)
}
