/** Which arm of a rollout a unit is on, and why. Pure; asks the same function as the data plane. */
import { hashUnit } from '../../bucketing/hash-unit.ts'
import type { Digest } from '../../core/digest.ts'
import type { ModelRoute, ServingState } from '../../core/serving-state.ts'
import { assignUnit } from '../../serving/routing/assign-unit.ts'

/** `range`: the arm's own range holds the hash. `rest`: no range does; the default arm takes what is left. */
export type AssignmentCause = 'range' | 'rest'

export interface ExplainedAssignment {
  readonly rollout: string
  readonly unit: string
  readonly strategy: ModelRoute['strategy']
  readonly arm: string
  readonly version: number
  readonly release: Digest
  /** In [0, 1): of the seed and the unit together. */
  readonly hash: number
  readonly seed: string
  readonly cause: AssignmentCause
  readonly range: readonly [number, number] | null
  /** Arm of requests without a unit, and of what no range takes. */
  readonly defaultArm: string
  /** Every arm with its range, in the order in which they are tried. */
  readonly arms: readonly {
    readonly name: string
    readonly version: number
    readonly weight: number
    readonly range: readonly [number, number] | null
  }[]
  /** One sentence. */
  readonly why: string
}

/** Null when the rollout has no route: it is not served. */
export function explainAssignment(state: ServingState, rollout: string, unit: string): ExplainedAssignment | null {
  const route = state.routes.find(({ model }) => model === rollout)
  if (route === undefined) return null
  const hash = hashUnit(route.seed, unit)
  const { arm } = assignUnit(route, unit)
  const chosen = route.arms.find(({ name }) => name === arm)
  if (chosen === undefined) throw new Error(`the route of ${rollout} has no arm ${arm}`)
  const arms = route.arms.map(({ name, release, weight, range }) => ({
    name,
    version: versionOf(state, release),
    weight,
    range: range ?? null,
  }))
  const isTaken = chosen.range !== undefined && chosen.range[0] <= hash && hash < chosen.range[1]
  return {
    rollout,
    unit,
    strategy: route.strategy,
    arm,
    version: versionOf(state, chosen.release),
    release: chosen.release,
    hash,
    seed: route.seed,
    defaultArm: route.defaultArm,
    cause: isTaken ? 'range' : 'rest',
    range: isTaken ? (chosen.range ?? null) : null,
    arms,
    why: isTaken && chosen.range !== undefined ? explainRange(hash, arm, chosen.range) : explainRest(route, hash),
  }
}

function explainRange(hash: number, arm: string, range: readonly [number, number]): string {
  return `its hash ${showHash(hash)} lies in ${showRange(range)}, which ${arm} takes`
}

function explainRest({ strategy, arms, defaultArm }: ModelRoute, hash: number): string {
  const ranges = arms.flatMap(({ range }) => (range === undefined ? [] : [showRange(range)]))
  if (ranges.length === 0) return `${defaultArm} takes every unit`
  const where = `its hash ${showHash(hash)} lies outside of ${ranges.join(', ')}`
  return strategy === 'split'
    ? `${where}: it does not take part, and gets ${defaultArm}`
    : `${where}: ${defaultArm} takes the rest`
}

export function showHash(hash: number): string {
  return hash.toFixed(4)
}

/** Half-open, as in mathematics. */
export function showRange([from, to]: readonly [number, number]): string {
  return `[${showHash(from)}, ${showHash(to)})`
}

function versionOf({ releases }: ServingState, digest: Digest): number {
  const release = releases[digest]
  if (release === undefined) throw new Error(`the serving state routes to ${digest}, which it does not describe`)
  return release.version
}
