/**
 * Answers that wait for a client that does not read them. They cost memory, so they are bounded in time and in bytes together;
 * beyond that, connections are cut, and those first that wait longest: a client that reads is never among them. Knows no request.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { cutConnection } from './cut-connection.ts'

export interface AnswerLimits {
  readonly answerTimeoutMs: number
  readonly unsentBytes: number
}

interface SlowReader {
  bytes: number
  answers: number
  readonly timer: NodeJS.Timeout
  /** Hears that the connection is closed. */
  readonly onClose: () => void
}

/** What an answer takes beside its bytes: the objects of its request and its own. */
const overheadBytes = 4 * 1024

export class UnsentAnswers {
  readonly #limits: AnswerLimits
  /** In the order in which they began to wait. */
  readonly #readers = new Map<Socket, SlowReader>()
  #bytes = 0
  #cutBytes = 0

  constructor(limits: AnswerLimits) {
    this.#limits = limits
  }

  /** Bytes of connections that were cut and are not closed yet. */
  get cutBytes(): number {
    return this.#cutBytes
  }

  /** An answer of so many bytes was written, and the operating system has not taken all of it. */
  add(socket: Socket, response: ServerResponse, bodyBytes: number): void {
    if (socket.destroyed) return
    const bytes = bodyBytes + overheadBytes
    const reader = this.#readers.get(socket) ?? this.#begin(socket)
    reader.bytes += bytes
    reader.answers++
    this.#bytes += bytes
    response.once('finish', () => this.#take(socket, reader, bytes))
    for (const [oldest, { answers }] of this.#readers) {
      // One answer alone may be as large as it is.
      const isAlone = this.#readers.size === 1 && answers === 1
      if (this.#bytes <= this.#limits.unsentBytes || isAlone) break
      this.cut(oldest)
    }
  }

  #begin(socket: Socket): SlowReader {
    const timer = setTimeout(() => this.cut(socket), this.#limits.answerTimeoutMs)
    const onClose = (): void => this.#forget(socket, reader)
    const reader: SlowReader = { bytes: 0, answers: 0, timer, onClose }
    this.#readers.set(socket, reader)
    socket.once('close', onClose)
    return reader
  }

  /** One answer has left: the client reads, and has the whole time again for the next. */
  #take(socket: Socket, reader: SlowReader, bytes: number): void {
    if (this.#readers.get(socket) !== reader) return
    this.#bytes -= bytes
    reader.bytes -= bytes
    reader.answers--
    reader.timer.refresh()
    if (reader.bytes === 0) this.#forget(socket, reader)
  }

  /** Ends the connection; what it holds is given back when it is closed. */
  cut(socket: Socket): void {
    const reader = this.#readers.get(socket)
    if (reader !== undefined) {
      this.#forget(socket, reader)
      this.#cutBytes += reader.bytes
      socket.once('close', () => (this.#cutBytes -= reader.bytes))
    }
    cutConnection(socket)
  }

  #forget(socket: Socket, reader: SlowReader): void {
    if (this.#readers.get(socket) !== reader) return
    clearTimeout(reader.timer)
    // A connection may be slow many times.
    socket.off('close', reader.onClose)
    this.#readers.delete(socket)
    this.#bytes -= reader.bytes
  }
}
