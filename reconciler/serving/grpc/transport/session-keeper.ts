/** Bounds connections: how long one is kept that asks nothing, and how many there are. Knows no calls beyond their number. */
import type { Http2Session } from 'node:http2'

export interface SessionLimits {
  readonly sessions: number
  /** For a client that has not even said that it speaks HTTP/2. */
  readonly greetingTimeoutMs: number
  readonly idleTimeoutMs: number
}

interface Kept {
  calls: number
  hasGreeted: boolean
  idleSince: number
}

const sweepMs = 1000

export class SessionKeeper {
  readonly #limits: SessionLimits
  /** The longest idle first. */
  readonly #sessions = new Map<Http2Session, Kept>()
  readonly #sweeper: NodeJS.Timeout

  constructor(limits: SessionLimits) {
    this.#limits = limits
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref()
  }

  /** Ends the session that is idle longest when there are too many; false, and this one ended, when none is idle. */
  add(session: Http2Session): boolean {
    if (this.#sessions.size >= this.#limits.sessions) (this.#findIdle() ?? session).destroy()
    if (session.destroyed) return false
    const kept: Kept = { calls: 0, hasGreeted: false, idleSince: performance.now() }
    this.#sessions.set(session, kept)
    session.once('remoteSettings', () => (kept.hasGreeted = true))
    session.once('close', () => this.#sessions.delete(session))
    return true
  }

  beginCall(session: Http2Session): void {
    const kept = this.#sessions.get(session)
    if (kept !== undefined) kept.calls++
  }

  endCall(session: Http2Session): void {
    const kept = this.#sessions.get(session)
    if (kept === undefined) return
    kept.calls--
    kept.idleSince = performance.now()
    this.#sessions.delete(session)
    this.#sessions.set(session, kept)
  }

  /** Lets calls end and takes no more; resolves when all sessions are closed, the last ones by force. */
  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#sweeper)
    const force = setTimeout(() => {
      for (const session of this.#sessions.keys()) session.destroy()
    }, timeoutMs)
    await Promise.all([...this.#sessions.keys()].map((session) => endSession(session)))
    clearTimeout(force)
  }

  #findIdle(): Http2Session | undefined {
    for (const [session, { calls }] of this.#sessions) if (calls === 0) return session
    return undefined
  }

  #sweep(): void {
    const now = performance.now()
    const { greetingTimeoutMs, idleTimeoutMs } = this.#limits
    for (const [session, { calls, hasGreeted, idleSince }] of this.#sessions) {
      if (calls > 0 || now - idleSince < (hasGreeted ? idleTimeoutMs : greetingTimeoutMs)) continue
      if (hasGreeted) session.close()
      else session.destroy()
    }
  }
}

function endSession(session: Http2Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.destroyed) return resolve()
    session.once('close', resolve)
    session.close()
  })
}
