/** Follows one rollout through commits, commands, measurements and time, so that a test reads as a story. Decides nothing itself. */
import { toInstant } from '../../reconciler/core/clock.ts'
import { type Digest, digestValue } from '../../reconciler/core/digest.ts'
import type { Release } from '../../reconciler/core/release.ts'
import type { CanaryStep, DesiredRollout, DesiredStrategy, RolloutState } from '../../reconciler/core/rollout-state.ts'
import { type CommandVerb, obeyCommand } from '../../reconciler/rollout/command.ts'
import type { Decision, Readiness } from '../../reconciler/rollout/decision.ts'
import { nextStep, type RolloutInput } from '../../reconciler/rollout/next-step.ts'

export const second = 1_000
export const minute = 60 * second
export const day = 86_400 * second

/** A release that only has an identity: deciding needs nothing else of it. */
export function releaseOf(version: number, content = `version ${version}`): Release {
  return {
    digest: digestValue(content),
    model: 'flight-delay',
    version,
    task: 'regression',
    artifact: { path: `models/${version}.onnx`, sha256: digestValue(content).slice(7), sizeBytes: 1 },
    signature: { inputs: [], outputs: { score: 'score' } },
    requestFeatures: [],
    nulls: { default: 'model' },
    goldenRows: [],
    serving: { budgetMs: 50 },
  }
}

export interface Wish {
  readonly unit?: string | null
  readonly suspend?: boolean
  readonly rollout?: string
}

/** A target covers strategy and unit, not `suspend`. */
function desire(
  strategy: DesiredStrategy,
  { unit = 'flight_id', suspend = false, rollout = 'flight-delay' }: Wish,
): DesiredRollout {
  return { rollout, target: digestValue({ strategy, unit }), unit, suspend, strategy }
}

const threeSteps: readonly CanaryStep[] = [
  { weight: 5, holdMs: 20 * second },
  { weight: 25, holdMs: 20 * second },
  { weight: 100, holdMs: 0 },
]

export function canary(version: number | Release, steps: readonly CanaryStep[] = threeSteps, wish: Wish = {}): DesiredRollout {
  return desire({ type: 'canary', release: typeof version === 'number' ? releaseOf(version) : version, steps }, wish)
}

export interface SplitWish extends Wish {
  readonly seed?: string
  readonly coverage?: number
}

/** `shares`: name, version, weight. */
export function split(
  shares: readonly (readonly [name: string, version: number, weight: number])[],
  { seed = 'spring', coverage = 100, ...wish }: SplitWish = {},
): DesiredRollout {
  const variants = shares.map(([name, version, weight]) => ({ name, weight, release: releaseOf(version) }))
  return desire({ type: 'split', seed, coverage, variants }, wish)
}

export function suspended(desired: DesiredRollout): DesiredRollout {
  return { ...desired, suspend: true }
}

const ready: Readiness = { status: 'ready' }

export class Scenario {
  wallMs = Date.parse('2026-03-01T12:00:00.000Z')
  desired: DesiredRollout
  state: RolloutState | null = null
  readonly events: string[] = []
  readonly #readiness = new Map<Digest, Readiness>()
  #publishes = true
  #servedSince: string | null = null

  constructor(desired: DesiredRollout) {
    this.desired = desired
  }

  /** A model that serves version 1 and has taken up nothing else. */
  static serving(version = 1, desired: DesiredRollout = canary(version)): Scenario {
    const scenario = new Scenario(desired)
    scenario.settle()
    scenario.events.length = 0
    return scenario
  }

  commit(desired: DesiredRollout): this {
    this.desired = desired
    return this
  }

  wait(milliseconds: number): this {
    this.wallMs += milliseconds
    return this
  }

  loading(version: number, message = 'still loading'): this {
    this.#readiness.set(releaseOf(version).digest, { status: 'waiting', message })
    return this
  }

  failing(version: number, message = 'golden row 0: expected 0.5, found 0.7'): this {
    this.#readiness.set(releaseOf(version).digest, { status: 'failed', reason: 'GoldenRowsFailed', message })
    return this
  }

  crashing(version: number, message = 'it ended its serving process three times'): this {
    this.#readiness.set(releaseOf(version).digest, { status: 'failed', reason: 'Crashed', message })
    return this
  }

  loaded(version: number): this {
    this.#readiness.set(releaseOf(version).digest, ready)
    return this
  }

  /** From now on a new traffic reaches no replica, until `publish`. */
  holdBackRoutes(): this {
    this.#publishes = false
    return this
  }

  publish(): this {
    this.#publishes = true
    this.#servedSince = toInstant(this.wallMs)
    return this
  }

  /** Decides once, and takes the decision over. */
  decide(): Decision {
    return this.#take(nextStep(this.#input()))
  }

  tell(verb: CommandVerb, reason = 'because'): Decision {
    return this.#take(obeyCommand({ verb, rollout: this.desired.rollout, reason }, this.#input()))
  }

  /** Decides until nothing moves any more at this moment. */
  settle(): this {
    for (let count = 0; count < 20; count += 1) if (this.decide().type !== 'transition') return this
    throw new Error('the rollout does not come to rest')
  }

  /** `Progressing: canary v2 5, stable v1 95` */
  get now(): string {
    const arms = this.state?.traffic.arms.map(({ name, version, weight }) => `${name} v${version} ${weight}`).join(', ')
    return `${this.state?.phase}: ${arms}`
  }

  get served(): RolloutState {
    if (this.state === null) throw new Error('the rollout has not begun')
    return this.state
  }

  #input(): RolloutInput {
    const { desired, state, wallMs } = this
    const readiness = (release: Digest) => this.#readiness.get(release) ?? ready
    return { desired, state, readiness, servedSince: this.#servedSince, wallMs }
  }

  #take(decision: Decision): Decision {
    if (decision.type !== 'transition') return decision
    const moves = JSON.stringify(decision.state.traffic) !== JSON.stringify(this.state?.traffic)
    if (moves) this.#servedSince = this.#publishes ? toInstant(this.wallMs) : null
    this.state = decision.state
    this.events.push(decision.event)
    return decision
  }
}
