// Requests at a fixed rate, whatever the server does, as users come. Latency counts from when a request was due, so a server that
// stands still is charged for all who waited meanwhile. Returns a run that can be stopped.
import { ClientConnection } from './client-connection.mjs'
import { LoadTally } from './load-tally.mjs'
import { arrivalGaps, seededRandom } from './seeded-random.mjs'

const sweepMs = 50

export class OpenLoop {
  #plan
  #requests
  #tally
  #gap
  #dueAt = 0
  #next = 0
  #measuring = false
  #stopping = false
  #open = new Set()
  #idle = []
  /** Due, and no connection free: `{ request, dueAt, measured }`. */
  #waiting = []
  #timers = []
  #drained

  constructor(plan, requests) {
    this.#plan = plan
    this.#requests = requests
    this.#tally = new LoadTally(plan)
    this.#gap = arrivalGaps(plan.arrivals, plan.ratePerSecond, seededRandom(plan.seed))
    this.#drained = new Promise((resolve) => (this.resolveDrained = resolve))
  }

  get tally() {
    return this.#tally
  }

  start() {
    this.#dueAt = performance.now() + this.#gap()
    this.#timers = [setInterval(() => this.#sendDue(), 1), setInterval(() => this.#abandonLate(), sweepMs)]
  }

  /** Requests that are due from now on count, whenever they are answered. */
  measure() {
    this.#measuring = true
  }

  /** No more requests; those that are due are sent and waited for. */
  stop() {
    this.#sendDue()
    this.#stopping = true
    clearInterval(this.#timers[0])
    for (const connection of this.#idle.splice(0)) connection.close()
    this.#endWhenEmpty()
  }

  get ended() {
    return this.#drained
  }

  answered(connection, answer, { request, dueAt, measured }) {
    if (measured) this.#tally.countAnswer(answer, request, performance.now() - dueAt)
    if (!this.#stopping) this.#sendDue()
    if (!connection.usable) return
    const next = this.#waiting.shift()
    if (next !== undefined) this.#send(connection, next)
    else if (this.#stopping) connection.close()
    else this.#idle.push(connection)
  }

  failed({ note }, reason, { measured }) {
    if (measured) this.#tally.countFailure(reason, note)
  }

  closed(connection) {
    this.#open.delete(connection)
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    const next = this.#waiting.shift()
    if (next !== undefined) this.#send(this.#connect(), next)
    this.#endWhenEmpty()
  }

  #sendDue() {
    const now = performance.now()
    while (this.#dueAt <= now) {
      const due = { request: this.#next, dueAt: this.#dueAt, measured: this.#measuring }
      this.#next = (this.#next + 1) % this.#requests.length
      this.#dueAt += this.#gap()
      const connection = this.#findConnection()
      if (connection === null) this.#waiting.push(due)
      else this.#send(connection, due)
    }
  }

  #findConnection() {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (idle.usable) return idle
    return this.#open.size < this.#plan.connections ? this.#connect() : null
  }

  #connect() {
    const connection = new ClientConnection(this.#plan, this)
    this.#open.add(connection)
    return connection
  }

  #send(connection, due) {
    const sentAt = performance.now()
    if (due.measured) this.#tally.countSendDelay(sentAt - due.dueAt)
    connection.send(this.#requests[due.request], { ...due, sentAt })
  }

  /** A client loses patience counting from when it wanted to ask. */
  #abandonLate() {
    const oldest = performance.now() - this.#plan.timeoutMs
    for (const connection of this.#open) if (connection.pending?.dueAt < oldest) connection.abandon('timeout')
    while (this.#waiting[0]?.dueAt < oldest) {
      const { measured } = this.#waiting.shift()
      if (measured) this.#tally.countFailure('timeout', null)
    }
    this.#endWhenEmpty()
  }

  #endWhenEmpty() {
    if (!this.#stopping || this.#open.size > 0 || this.#waiting.length > 0) return
    for (const timer of this.#timers) clearInterval(timer)
    this.resolveDrained()
  }
}
