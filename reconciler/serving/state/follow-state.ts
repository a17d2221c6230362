/** Follows the source of serving states: polls, takes hints, hands on only what is newer. Never gives up, never stops serving. */
import { messageOf } from '../../core/error.ts'
import { compareStateVersions, type ServingState, type StateVersion } from '../../core/serving-state.ts'
import type { ServingStateSource } from '../ports.ts'
import { findStateProblem } from './check-state.ts'
import { withTimeLimit } from './time-limit.ts'

export interface FollowOptions {
  readonly source: ServingStateSource
  readonly environment: string
  readonly pollMs: number
  /** A read that takes longer counts as failed. */
  readonly readTimeoutMs: number
  /** The version that is held already, for example from disk. */
  readonly held: StateVersion | null
  onState(state: ServingState): void
  /** Called when the source starts to fail, with the reason, and with null when it answers again. */
  onSourceProblem(message: string | null): void
  /** Called once for a state that can not be taken over: a wrong environment, an unknown format. */
  onRefused(message: string): void
}

export interface Following {
  stop(): void
}

/** Reads at once, then every `pollMs`, and at every hint. Reads never overlap; a hint during a read causes one more. */
export function followState(options: FollowOptions): Following {
  const follower = new Follower(options)
  void follower.poll()
  const unsubscribe = options.source.subscribe(() => void follower.poll())
  return {
    stop: () => {
      unsubscribe()
      follower.stop()
    },
  }
}

class Follower {
  readonly #options: FollowOptions
  #held: StateVersion | null
  #reading = false
  #hinted = false
  #stopped = false
  #failing = false
  #refused: string | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(options: FollowOptions) {
    this.#options = options
    this.#held = options.held
  }

  async poll(): Promise<void> {
    if (this.#stopped) return
    if (this.#reading) {
      this.#hinted = true
      return
    }
    clearTimeout(this.#timer)
    this.#reading = true
    try {
      await this.#read()
    } finally {
      this.#reading = false
      this.#schedule()
    }
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#stopped) return
    const delayMs = this.#hinted ? 0 : this.#options.pollMs
    this.#hinted = false
    this.#timer = setTimeout(() => void this.poll(), delayMs)
  }

  async #read(): Promise<void> {
    let state: ServingState | null
    try {
      state = await withTimeLimit(this.#options.source.read(), this.#options.readTimeoutMs, 'reading the serving state')
    } catch (error) {
      if (!this.#failing) this.#options.onSourceProblem(messageOf(error))
      this.#failing = true
      return
    }
    if (this.#failing) this.#options.onSourceProblem(null)
    this.#failing = false
    if (state !== null && !this.#stopped) this.#take(state)
  }

  #take(state: ServingState): void {
    const problem = findStateProblem(state, this.#options.environment)
    if (problem !== null) {
      if (problem !== this.#refused) this.#options.onRefused(problem)
      this.#refused = problem
      return
    }
    this.#refused = null
    if (this.#held !== null && compareStateVersions(state.version, this.#held) <= 0) return
    this.#held = state.version
    this.#options.onState(state)
  }
}
