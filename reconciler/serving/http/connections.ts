/**
 * What is under way on each connection. A client may send requests before the earlier ones are answered; bytes that are no
 * request are then answered after them, as HTTP wants it, and not in their midst.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface OpenConnection {
  /** Requests that have begun to arrive, and are not answered. */
  taken: number
  /** Those of them that have arrived. */
  unanswered: number
  /** Answers leave in the order of their requests: when this one has left, all have. Null before the first. */
  newest: ServerResponse | null
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

  /** A request begins. Returns the number of those on its connection that are not answered yet, with this one. */
  take(socket: Socket): number {
    return ++this.#find(socket).taken
  }

  /** A request is over: answered, or left by its client. */
  give(socket: Socket): void {
    this.#find(socket).taken--
  }

  /** All of a request is there. */
  begin(socket: Socket, response: ServerResponse): void {
    this.#unanswered++
    const known = this.#find(socket)
    known.newest = response
    known.unanswered++
  }

  /** Its answer has been handed over. */
  end(socket: Socket): void {
    this.#unanswered--
    const known = this.#find(socket)
    known.unanswered--
    if (known.unanswered === 0 && known.last !== null) whenSent(known.newest, known.last)
  }

  /** Does the work when every request before it has its answer: now, when there is none. */
  afterAnswers(socket: Socket, work: () => void): void {
    const known = this.#find(socket)
    if (known.unanswered === 0) whenSent(known.newest, work)
    else known.last = work
  }

  #find(socket: Socket): OpenConnection {
    let known = this.#open.get(socket)
    if (known === undefined) {
      known = { taken: 0, unanswered: 0, newest: null, last: null }
      this.#open.set(socket, known)
    }
    return known
  }
}

function whenSent(response: ServerResponse | null, work: () => void): void {
  if (response === null || response.writableFinished || response.destroyed) work()
  else response.once('finish', work)
}
