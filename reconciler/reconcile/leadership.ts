/** Who leads an environment: a Postgres lock on a connection of its own, a fencing epoch, and a heartbeat that a standby watches. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../core/log.ts'
import {
  beatLeader,
  beginEpoch,
  disconnectLeader,
  type LeaderRow,
  readLeader,
  tryLeaderLock,
} from '../database/leader-queries.ts'
import type { Connection } from '../database/pool.ts'
import type { Clocks } from './ports.ts'

export interface Leadership {
  readonly epoch: number
  /** Aborted when the lock, or the connection that holds it, is lost. */
  readonly lost: AbortSignal
  /** Gives the lock up at once. */
  release(): Promise<void>
}

export interface CampaignOptions {
  readonly open: () => Promise<Connection>
  readonly environment: string
  /** Who this is, for people. */
  readonly holder: string
  readonly clocks: Clocks
  readonly log: Logger
  readonly times?: Partial<LeadershipTimes>
}

/** All in milliseconds. */
export interface LeadershipTimes {
  readonly beatMs: number
  /** A leader whose heartbeat stands still for this long is frozen: its connection is ended. */
  readonly silentMs: number
  /** Pause between two attempts of a standby. */
  readonly attemptMs: number
}

const defaultTimes: LeadershipTimes = { beatMs: 2_000, silentMs: 15_000, attemptMs: 500 }

/** Stands by until the lock is free, then leads. Null when it was told to stop. Throws `database-unavailable`. */
export async function campaign(options: CampaignOptions, stop: AbortSignal): Promise<Leadership | null> {
  const times = { ...defaultTimes, ...options.times }
  const connection = await options.open()
  try {
    const watch = new LeaderWatch(times.silentMs)
    while (!stop.aborted) {
      if (await tryLeaderLock(connection, options.environment)) return await lead(connection, options, times)
      const leader = await readLeader(connection, options.environment)
      if (leader !== null && watch.isFrozen(leader, options.clocks.monotonic.now())) {
        options.log.warn({ holder: leader.holder, epoch: leader.epoch }, 'the leader is frozen: its connection is ended')
        await disconnectLeader(connection, options.environment, leader.epoch)
      }
      await sleep(times.attemptMs, undefined, { signal: stop }).catch(ignoreAbort)
    }
  } catch (thrown) {
    await connection.release(true)
    throw thrown
  }
  await connection.release(true)
  return null
}

async function lead(connection: Connection, options: CampaignOptions, times: LeadershipTimes): Promise<Leadership> {
  const { environment, holder, clocks } = options
  const epoch = await beginEpoch(connection, environment, holder, Math.floor(clocks.wall.now() / 1_000))
  const lost = new AbortController()
  connection.onLost(() => lost.abort())
  const timer = setInterval(() => {
    beatLeader(connection, environment, epoch).then(
      (still) => (still ? undefined : lost.abort()),
      () => lost.abort(),
    )
  }, times.beatMs)
  return {
    epoch,
    lost: lost.signal,
    async release() {
      clearInterval(timer)
      lost.abort()
      await connection.release(true)
    },
  }
}

/** Sees whether a leader's heartbeat stands still, by the watcher's own clock. */
class LeaderWatch {
  readonly #silentMs: number
  #last: LeaderRow | null = null
  #sinceMs = 0

  constructor(silentMs: number) {
    this.#silentMs = silentMs
  }

  isFrozen(leader: LeaderRow, nowMs: number): boolean {
    if (this.#last?.epoch !== leader.epoch || this.#last.heartbeat !== leader.heartbeat) this.#sinceMs = nowMs
    this.#last = leader
    return nowMs - this.#sinceMs >= this.#silentMs
  }
}

function ignoreAbort(thrown: unknown): void {
  if (!(thrown instanceof Error) || thrown.name !== 'AbortError') throw thrown
}
