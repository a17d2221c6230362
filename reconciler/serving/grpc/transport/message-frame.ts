/** The five bytes before a gRPC message (gRPC over HTTP/2, "Length-Prefixed-Message"), written and received. Knows no stream. */
import { MainwardError } from '../../../core/error.ts'
import { CallRefusal, statusCodes } from './grpc-status.ts'

/** Bytes that whoever writes a message leaves free at its start. */
export const frameHead = 5

/** The least average of a message that comes in pieces: a piece costs a hundred times one byte. */
const smallPieces = { from: 1024, bytes: 16 } as const
const firstCapacity = 64 * 1024

/** Fills the free bytes at the start of a message that is not compressed. */
export function sealFrame(message: Buffer): Buffer {
  message[0] = 0
  message.writeUInt32BE(message.length - frameHead, 1)
  return message
}

export interface ReceivedMessage {
  readonly bytes: Buffer
  readonly isCompressed: boolean
}

/**
 * Takes in one message. Its announced length takes no memory: the buffer grows with what has come, and `hold` is asked before
 * it does.
 */
export class MessageReceiver {
  readonly #limitBytes: number
  readonly #hold: (bytes: number) => void
  readonly #head = Buffer.alloc(frameHead)
  #body: Buffer = Buffer.alloc(0)
  #headBytes = 0
  #bodyBytes = 0
  #pieces = 0
  #length = 0

  /** `hold` throws when there is no room for so many bytes more. */
  constructor(limitBytes: number, hold: (bytes: number) => void) {
    this.#limitBytes = limitBytes
    this.#hold = hold
  }

  /** Throws when the message is too large, is not alone, or comes in too small pieces. */
  write(piece: Buffer): void {
    this.#pieces++
    const headPart = Math.min(frameHead - this.#headBytes, piece.length)
    if (headPart > 0) {
      piece.copy(this.#head, this.#headBytes, 0, headPart)
      this.#headBytes += headPart
      if (this.#headBytes === frameHead) this.#begin()
    }
    if (piece.length > headPart) this.#append(headPart === 0 ? piece : piece.subarray(headPart))
  }

  /** Throws `invalid-input` when the message is not whole. */
  finish(): ReceivedMessage {
    if (this.#headBytes === 0) throw invalid('the call has no message')
    if (this.#headBytes < frameHead) throw invalid('the call ends inside the head of its message')
    if (this.#bodyBytes < this.#length) {
      throw invalid(`the call ends after ${this.#bodyBytes} of the ${this.#length} bytes of its message`)
    }
    return { bytes: this.#body.subarray(0, this.#length), isCompressed: this.#head[0] === 1 }
  }

  #begin(): void {
    const [flag = 0] = this.#head
    if (flag > 1) throw invalid(`the first byte of a message is 0 or 1, found ${flag}`)
    this.#length = this.#head.readUInt32BE(1)
    if (this.#length > this.#limitBytes) {
      const message = `the message is larger than this server takes (${this.#length} bytes, ${this.#limitBytes} are allowed)`
      throw new CallRefusal(statusCodes.resourceExhausted, message)
    }
  }

  #append(piece: Buffer): void {
    const needed = this.#bodyBytes + piece.length
    if (needed > this.#length) throw invalid('this method takes one message, found more')
    if (this.#pieces > smallPieces.from && needed < this.#pieces * smallPieces.bytes) {
      throw new CallRefusal(statusCodes.resourceExhausted, 'the message comes in too small pieces')
    }
    if (needed > this.#body.length) this.#grow(needed)
    piece.copy(this.#body, this.#bodyBytes)
    this.#bodyBytes = needed
  }

  #grow(needed: number): void {
    const capacity = Math.min(this.#length, Math.max(needed, this.#body.length * 2, firstCapacity))
    this.#hold(capacity - this.#body.length)
    const grown = Buffer.allocUnsafeSlow(capacity)
    this.#body.copy(grown, 0, 0, this.#bodyBytes)
    this.#body = grown
  }
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
