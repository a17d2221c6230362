/**
 * How many requests clients have sent ahead on all connections together, before the earlier ones had their answers. One packet can
 * have a thousand, each takes kilobytes, and what a connection that is cut holds is only given back at the end of the turn in which
 * packets are read. So whoever sends ahead gets less room the more of it is taken; one request at a time always has room. Knows no
 * request.
 */
import type { Socket } from 'node:net'

export interface AheadLimits {
  /** Requests of one connection that wait for their answer and are served. */
  readonly pipelinedRequests: number
  /** Bytes of answers that clients have not taken. */
  readonly unsentBytes: number
}

/** What a request and its answer take, beside their bodies. */
const exchangeBytes = 8 * 1024

/** A connection, as one that sends requests. */
export interface Sender {
  readonly socket: Socket
  /** Requests that have begun to arrive, and whose answers have not left. */
  open: number
  isClosed: boolean
}

export class RequestsAhead {
  readonly #limits: AheadLimits
  readonly #senders = new WeakMap<Socket, Sender>()
  /** All but the first of each connection. */
  #ahead = 0

  constructor(limits: AheadLimits) {
    this.#limits = limits
  }

  /** A request begins; returns who has sent it. */
  enter(socket: Socket): Sender {
    const sender = this.#senders.get(socket) ?? this.#begin(socket)
    if (++sender.open > 1) this.#ahead++
    return sender
  }

  /** Its answer has left. What a connection that was cut held is there until it is closed. */
  leave(sender: Sender): void {
    if (sender.isClosed || sender.socket.destroyed) return
    if (--sender.open > 0) this.#ahead--
  }

  /** Whether the connection has sent further ahead than there is room, when so many bytes of cut connections are held too. */
  isTooFar({ open }: Sender, cutBytes: number): boolean {
    return open > 1 && open > this.#room(cutBytes)
  }

  /** Any number while little is held; from there on fewer and fewer. */
  #room(cutBytes: number): number {
    const { pipelinedRequests, unsentBytes } = this.#limits
    const full = 2 * unsentBytes
    const beyond = (this.#ahead * exchangeBytes + cutBytes - full) / full
    return beyond < 0 ? Infinity : Math.max(1, Math.floor(pipelinedRequests * (1 - beyond)))
  }

  #begin(socket: Socket): Sender {
    const sender = { socket, open: 0, isClosed: false }
    this.#senders.set(socket, sender)
    socket.once('close', () => {
      sender.isClosed = true
      this.#ahead -= Math.max(0, sender.open - 1)
    })
    return sender
  }
}
