/**
 * What is under way on each connection. A client may send requests before the earlier ones are answered; bytes that are no
 * request are then answered after them, as HTTP wants it, and not in their midst.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface OpenConnection {
  unanswered: number
  /** Answers leave in the order of their requests: when this one has left, all have. */
  newest: ServerResponse
  /** What is written once everything before it is answered. */
  last: (() => void) | null
}

export class Connections {
  readonly #open = new WeakMap<Socket, OpenConnection>()
  #unanswered = 0

  /** Requests on all connections that are not answered yet. */
  get unanswered(): number {
    return this.#unanswered
  }

  /** Returns the number of requests on the connection that are not answered yet, with this one. */
  begin(socket: Socket, response: ServerResponse): number {
    this.#unanswered++
    const known = this.#open.get(socket)
    if (known === undefined) {
      this.#open.set(socket, { unanswered: 1, newest: response, last: null })
      return 1
    }
    known.newest = response
    return ++known.unanswered
  }

  /** An answer has been handed over, or will never be. */
  end(socket: Socket): void {
    this.#unanswered--
    const known = this.#open.get(socket)
    if (known === undefined) return
    known.unanswered--
    if (known.unanswered === 0 && known.last !== null) whenSent(known.newest, known.last)
  }

  /** Does the work when every request before it has its answer: now, when there is none. */
  afterAnswers(socket: Socket, work: () => void): void {
    const known = this.#open.get(socket)
    if (known === undefined) work()
    else if (known.unanswered === 0) whenSent(known.newest, work)
    else known.last = work
  }
}

function whenSent(response: ServerResponse, work: () => void): void {
  if (response.writableFinished || response.destroyed) work()
  else response.once('finish', work)
}
