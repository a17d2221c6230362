/** Follows the source of serving states: polls, takes hints, hands on only what is newer. Never gives up, never stops serving. */
import { compareStateVersions, type ServingState, type StateVersion } from '../../core/serving-state.ts'
import type { ServingStateSource } from '../ports.ts'
import { findStateProblem } from './check-state.ts'
import { Repeater } from './repeater.ts'

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
  const { source, pollMs, readTimeoutMs } = options
  const taker = new StateTaker(options)
  const repeater = new Repeater({
    name: 'reading the serving state',
    everyMs: pollMs,
    timeoutMs: readTimeoutMs,
    ask: () => source.read(),
    onAnswer: (state) => taker.take(state),
    onProblem: (message) => options.onSourceProblem(message),
  })
  repeater.now()
  const unsubscribe = source.subscribe(() => repeater.now())
  return {
    stop: () => {
      unsubscribe()
      repeater.stop()
    },
  }
}

/** Hands on what is newer than what is held. */
class StateTaker {
  readonly #options: Pick<FollowOptions, 'environment' | 'onState' | 'onRefused'>
  #held: StateVersion | null
  #refused: string | null = null

  constructor(options: Pick<FollowOptions, 'environment' | 'held' | 'onState' | 'onRefused'>) {
    this.#options = options
    this.#held = options.held
  }

  /** Null: there is none yet. */
  take(state: ServingState | null): void {
    if (state === null) return
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
