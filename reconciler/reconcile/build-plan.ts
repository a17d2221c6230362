/** The one planner: desired and observed state in, ordered actions out. Pure and deterministic; rendered in a pull request, printed, and applied. */
import { assertNever } from '../core/assert-never.ts'
import type { Instant } from '../core/clock.ts'
import type { Digest } from '../core/digest.ts'
import { compareText } from '../core/finding.ts'
import type { Action, Desired, Observed, Plan } from '../core/plan.ts'
import type { Release } from '../core/release.ts'
import type { DesiredRollout, Proven, RolloutState } from '../core/rollout-state.ts'
import type { Decision, Readiness } from '../rollout/decision.ts'
import { nextStep } from '../rollout/next-step.ts'
import { reviveState } from '../rollout/recover.ts'
import { assessReadiness, assessViews } from '../rollout/readiness.ts'
import { fallbackReleaseOf } from '../rollout/settings.ts'
import { heldReleasesOf } from '../rollout/traffic.ts'
import { describeEffects } from './describe-effects.ts'

/**
 * Actions in the order in which they are applied: rollouts by name (an artifact is stored before anything names it),
 * then removals. An empty set of rollouts removes nothing unless the project says `allowEmpty`.
 */
export function buildPlan(desired: Desired, observed: Observed, wallMs: number): Plan {
  return finishPlan(desired, [...planActions(desired, observed, wallMs)].flat())
}

/** The plan from the actions of `planActions`. */
export function finishPlan({ commit, environment }: Desired, actions: readonly Action[]): Plan {
  return { commit, environment, actions }
}

/** The actions of `buildPlan` in small parts, for a caller whose event loop must not be held by thousands of rollouts. */
export function* planActions(desired: Desired, observed: Observed, wallMs: number): Generator<readonly Action[], void> {
  const world: World = {
    replicas: observed.replicas,
    states: new Map(observed.states.map((state) => [state.rollout, state])),
    servedSince: new Map(observed.published.map(({ rollout, since }) => [rollout, since])),
    removed: new Map(observed.removed.map((state) => [state.rollout, state])),
    stored: new Set(observed.storedArtifacts),
    filledViews: new Set(observed.filledViews),
    lackingViews: new Set(observed.lackingViews ?? []),
    wallMs,
  }
  const wanted = [...desired.rollouts].sort((a, b) => compareText(a.rollout, b.rollout))
  for (const rollout of wanted) yield planRollout(rollout, world)
  yield planRemovals(desired, observed)
}

/** What is observed, to be looked up by name. */
interface World {
  readonly replicas: Observed['replicas']
  readonly states: ReadonlyMap<string, RolloutState>
  readonly removed: ReadonlyMap<string, RolloutState>
  readonly servedSince: ReadonlyMap<string, Instant>
  readonly stored: ReadonlySet<string>
  readonly filledViews: ReadonlySet<Digest>
  readonly lackingViews: ReadonlySet<Digest>
  readonly wallMs: number
}

function planRollout(desired: DesiredRollout, world: World): readonly Action[] {
  const state = world.states.get(desired.rollout) ?? null
  const removed = world.removed.get(desired.rollout)
  const decision = nextStep({
    desired,
    state: state ?? (removed === undefined ? null : reviveState(removed)),
    readiness: createReadiness(desired, world),
    servedSince: world.servedSince.get(desired.rollout) ?? null,
    wallMs: world.wallMs,
  })
  const needed = new Map(listLoaded(decision, desired, state).map((release) => [release.artifact.sha256, release]))
  const missing = [...needed.values()].filter(({ artifact }) => !world.stored.has(artifact.sha256))
  return [...missing.map(storeAction), ...toActions(decision, desired, state)]
}

/** A release that is loaded everywhere could answer nothing while views that it reads have no rows. */
function createReadiness(
  desired: DesiredRollout,
  { replicas, filledViews, lackingViews }: World,
): (release: Digest) => Readiness {
  const wanted = new Map(heldReleasesOf(desired).map((release) => [release.digest, release]))
  return (digest) => {
    const loaded = assessReadiness(digest, replicas)
    const release = wanted.get(digest)
    return loaded.status !== 'ready' || release === undefined ? loaded : assessViews(release, filledViews, lackingViews)
  }
}

/** What a transition has loaded: everything where a rollout begins, else a fallback that it did not have before. */
function listLoaded(decision: Decision, desired: DesiredRollout, before: RolloutState | null): readonly Release[] {
  if (decision.type !== 'transition') return []
  if (decision.state.phase === 'Initializing') return heldReleasesOf(desired)
  const fallback = fallbackReleaseOf(decision.state)
  if (before !== null && fallbackReleaseOf(before) === fallback) return []
  return heldReleasesOf(desired).filter(({ digest }) => digest === fallback)
}

function storeAction(release: Release): Action {
  return {
    type: 'store-artifact',
    rollout: release.model,
    artifact: release.artifact,
    reason: `version ${release.version} is to be loaded from the artifact store`,
  }
}

/** A decision about a rollout as an action of the plan. */
export function toActions(decision: Decision, desired: DesiredRollout, before: RolloutState | null): readonly Action[] {
  const { rollout } = desired
  switch (decision.type) {
    case 'settled':
      return []
    case 'wait':
      return [{ type: 'wait', rollout, reason: decision.reason, message: decision.message, until: decision.until }]
    case 'refuse':
      return [{ type: 'refuse', rollout, reason: decision.reason, message: decision.message }]
    case 'transition': {
      const { event, state } = decision
      const releases = listNews(desired, before, state)
      const effects = describeEffects(before, state, desired)
      const [reason, message] =
        decision.message === undefined ? [state.reason, state.message] : [decision.event, decision.message]
      return [{ type: 'transition', rollout, event, state, releases, reason, message, effects }]
    }
    default:
      return assertNever(decision)
  }
}

/** Releases that the new state names and the old one did not. One under another number is described again: answers name the version. */
function listNews(desired: DesiredRollout, before: RolloutState | null, after: RolloutState): readonly Release[] {
  const known = new Set(before === null ? [] : namesOf(before))
  const wanted = new Set(namesOf(after).filter((name) => !known.has(name)))
  return heldReleasesOf(desired).filter(({ digest, version }) => wanted.delete(nameArm({ release: digest, version })))
}

function namesOf({ traffic, settings }: RolloutState): readonly string[] {
  const fallback = settings?.fallback
  return [...traffic.arms, ...(fallback?.type === 'release' ? [fallback] : [])].map(nameArm)
}

function nameArm({ release, version }: Proven): string {
  return `${release} ${version}`
}

function planRemovals(desired: Desired, observed: Observed): readonly Action[] {
  const wanted = new Set(desired.rollouts.map(({ rollout }) => rollout))
  const gone = observed.states.filter(({ rollout }) => !wanted.has(rollout)).sort((a, b) => compareText(a.rollout, b.rollout))
  if (gone.length === 0) return []
  if (wanted.size === 0 && !desired.allowEmpty) {
    const message = `the commit has no rollout for ${desired.environment}; removing all ${gone.length} needs spec.allowEmpty: true in mainward.yaml`
    return [{ type: 'refuse', rollout: null, reason: 'EmptySetRefused', message }]
  }
  return gone.map(({ rollout, stable }) => ({
    type: 'remove',
    rollout,
    reason: 'its Rollout is no longer in the repository',
    effects: [
      stable === null ? `${rollout} was not served` : `${rollout} stops answering; version ${stable.version} served until now`,
    ],
  }))
}
