// One HTTP/1.1 connection with at most one request under way. Tells how each of them ended; decides nothing.
import { connect } from 'node:net'
import { ResponseReader } from './response-reader.mjs'

const readBytes = 16 * 1024

export class ClientConnection {
  #socket
  #reader
  #listener
  #connected = false
  #closed = false
  #answered = false
  #reason = null
  /** What is under way, as the owner gave it to `send`; null: nothing is. */
  pending = null
  /** What could not be read; null: nothing. */
  note = null

  /**
   * `listener.answered(connection, answer, pending)`; `listener.failed(connection, reason, pending)` when a request will
   * never be answered; `listener.closed(connection)` once at the end, after the last of the others.
   */
  constructor({ host, port }, listener) {
    this.#listener = listener
    this.#reader = new ResponseReader((answer) => this.#take(answer))
    const onread = { buffer: Buffer.allocUnsafeSlow(readBytes), callback: (size, buffer) => this.#read(buffer.subarray(0, size)) }
    this.#socket = connect({ host, port, noDelay: true, onread })
    this.#socket.on('connect', () => (this.#connected = true))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#end())
  }

  /** Whether it can take a request now or when it is connected. */
  get usable() {
    return !this.#closed && this.pending === null
  }

  /** `pending` is anything with `sentAt`. */
  send(bytes, pending) {
    this.pending = pending
    this.#socket.write(bytes)
  }

  /** Gives up; a request under way failed for this reason. */
  abandon(reason) {
    this.#reason ??= reason
    this.#closed = true
    this.#socket.destroy()
  }

  /** Hangs up in good order. */
  close() {
    this.#closed = true
    this.#socket.end()
  }

  #read(bytes) {
    try {
      this.#reader.push(bytes)
    } catch (error) {
      this.note = error.message
      this.abandon('malformed')
    }
    return true
  }

  #take(answer) {
    const { pending } = this
    if (pending === null) throw new Error(`an answer that nobody asked for: ${answer.head.slice(0, 200)}`)
    this.pending = null
    this.#answered = true
    if (answer.closes) this.close()
    this.#listener.answered(this, answer, pending)
  }

  #end() {
    const { pending } = this
    this.#closed = true
    this.pending = null
    if (pending !== null) this.#listener.failed(this, this.#reason ?? this.#whyClosed(), pending)
    this.#listener.closed(this, this.#connected)
  }

  /** `refused`: never connected. `cut`: in the middle of an answer. `dropped`: before it, on a connection that served others. */
  #whyClosed() {
    if (!this.#connected) return 'refused'
    if (this.#reader.started) return 'cut'
    return this.#answered ? 'dropped' : 'unanswered'
  }
}
