// A fixed number of connections, each of which sends its next request when it has the answer to the last. Measures speed; it
// slows down with the server, so it says nothing of overload. Returns a run that can be stopped.
import { ClientConnection } from './client-connection.mjs'
import { LoadTally } from './load-tally.mjs'

/** Before a connection that was lost is opened again. */
const reconnectMs = 20
const sweepMs = 100

export class ClosedLoop {
  #plan
  #requests
  #tally
  #next = 0
  #measuring = false
  #stopping = false
  #open = new Set()
  #sweep
  #drained

  constructor(plan, requests) {
    this.#plan = plan
    this.#requests = requests
    this.#tally = new LoadTally(plan)
    this.#drained = new Promise((resolve) => (this.resolveDrained = resolve))
  }

  get tally() {
    return this.#tally
  }

  start() {
    for (let index = 0; index < this.#plan.connections; index += 1) this.#connect()
    this.#sweep = setInterval(() => this.#abandonLate(), sweepMs)
  }

  measure() {
    this.#measuring = true
  }

  /** From now on nothing is sent and nothing counted. */
  stop() {
    this.#measuring = false
    this.#stopping = true
    for (const connection of this.#open) if (connection.usable) connection.close()
    this.#endWhenEmpty()
  }

  /** Resolves when what was under way has ended. */
  get ended() {
    return this.#drained
  }

  answered(connection, answer, { request, sentAt }) {
    if (this.#measuring) this.#tally.countAnswer(answer, request, performance.now() - sentAt)
    if (this.#stopping) connection.close()
    else if (connection.usable) this.#send(connection)
  }

  failed({ note }, reason) {
    if (this.#measuring) this.#tally.countFailure(reason, note)
  }

  closed(connection, wasConnected) {
    this.#open.delete(connection)
    if (this.#stopping) this.#endWhenEmpty()
    else if (wasConnected) this.#connect()
    else setTimeout(() => this.#stopping || this.#connect(), reconnectMs)
  }

  #connect() {
    const connection = new ClientConnection(this.#plan, this)
    this.#open.add(connection)
    this.#send(connection)
  }

  #send(connection) {
    const request = this.#next
    this.#next = (request + 1) % this.#requests.length
    connection.send(this.#requests[request], { request, sentAt: performance.now() })
  }

  #abandonLate() {
    const oldest = performance.now() - this.#plan.timeoutMs
    for (const connection of this.#open) if (connection.pending?.sentAt < oldest) connection.abandon('timeout')
  }

  #endWhenEmpty() {
    if (this.#open.size > 0) return
    clearInterval(this.#sweep)
    this.resolveDrained()
  }
}
