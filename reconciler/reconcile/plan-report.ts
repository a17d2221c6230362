/** A plan as people and programs read it: which rollout moves from where to where, in which steps, and why. Pure, without the time of day. */
import { assertNever } from '../core/assert-never.ts'
import type { Finding } from '../core/finding.ts'
import { type Action, changesSomething, type Desired, type Observed, type Plan } from '../core/plan.ts'
import type { Artifact } from '../core/release.ts'
import type { CanaryStep, DesiredRollout, DesiredStrategy, RolloutEvent, RolloutState, Traffic } from '../core/rollout-state.ts'
import type { FeatureChange } from '../manifests/features/feature-impact.ts'
import { movedShare } from '../rollout/moved-share.ts'
import { buildSplitTraffic, buildStableTraffic, provenOf } from '../rollout/traffic.ts'
import type { OnlineRowsChange } from './count-online-rows.ts'
import type { PendingRollout } from './pending-versions.ts'

/** `remove`: it stops answering; `refuse`: it is not done; `wait`: it is under way, or a person is waited for. */
export type ChangeType = 'transition' | 'remove' | 'refuse' | 'wait' | 'pending'

export interface PlannedChange {
  /** Null: the whole set of rollouts. */
  readonly rollout: string | null
  readonly type: ChangeType
  readonly event: RolloutEvent | null
  /** What serves before, for example `v1`; null: nothing. */
  readonly from: string | null
  /** What is to serve; null: nothing, or nothing that can be said yet. */
  readonly to: string | null
  /** Percent of the units that get another answer in the end, whichever steps lead there; null when nothing moves now. */
  readonly movedPercent: number | null
  /** Percent of the units on the new release, step by step; a first release and a way back take none. */
  readonly steps: readonly CanaryStep[]
  readonly reason: string
  readonly message: string
  /** What changes for the units, one sentence each. */
  readonly effects: readonly string[]
  /** Model files that are copied into the artifact store before. */
  readonly artifacts: readonly Artifact[]
}

export interface PlanReport {
  readonly environment: string
  /** What was planned, in words, and its commit (null: a working tree). */
  readonly desired: PlanSide
  readonly against: PlanSide
  /** False when the desired side has errors: then nothing is planned. */
  readonly valid: boolean
  /** Something would be served otherwise. */
  readonly changes: boolean
  readonly rollouts: readonly PlannedChange[]
  /** What becomes of values and training inputs; null: not known, since what is observed is of another repository. */
  readonly features: readonly FeatureChange[] | null
  /** Rows of the online store that are computed anew or removed by them; null: as of `features`. */
  readonly onlineRows: readonly OnlineRowsChange[] | null
  /** Of the desired side. */
  readonly findings: readonly Finding[]
}

export interface PlanSide {
  readonly origin: string
  readonly commit: string | null
}

export interface ReportInput {
  readonly plan: Plan
  readonly desired: Desired
  readonly observed: Observed
  readonly pending: readonly PendingRollout[]
}

const unmoved = { event: null, movedPercent: null, steps: [], effects: [], artifacts: [] } as const

/** The changes of a plan: one entry a rollout, in the plan's order, then what is pending. */
export function reportChanges(input: ReportInput): readonly PlannedChange[] {
  const { plan, pending } = input
  const planned = plan.actions.flatMap((action) => (action.type === 'store-artifact' ? [] : reportAction(action, input)))
  return [...planned, ...pending.map((rollout) => reportPending(rollout, input.observed))]
}

/** True when the plan would change what is served or stored. */
export function changesAnything({ actions }: Plan): boolean {
  return actions.some(changesSomething)
}

function reportAction(action: Exclude<Action, { type: 'store-artifact' }>, input: ReportInput): PlannedChange {
  const { rollout, type, reason } = action
  const before = input.observed.states.find((state) => state.rollout === rollout) ?? null
  const wanted = input.desired.rollouts.find((other) => other.rollout === rollout) ?? null
  const common = { ...unmoved, rollout, type, from: describeServed(before), reason }
  const to = wanted === null ? null : describeStrategy(wanted.strategy)
  switch (action.type) {
    case 'transition': {
      if (wanted === null) throw new Error(`the plan moves ${action.rollout}, which nobody asks for`)
      const { event, effects, message } = action
      const steps = stepsAhead(wanted.strategy, action.state, before)
      const movedPercent = percentMoved(before, finalTraffic(wanted, action.state))
      return { ...common, event, to, movedPercent, steps, message, effects, artifacts: artifactsOf(action.rollout, input.plan) }
    }
    case 'remove':
      return { ...common, to: null, movedPercent: percentMoved(before, null), message: reason, effects: action.effects }
    case 'wait':
    case 'refuse':
      return { ...common, to, message: action.message }
    default:
      return assertNever(action)
  }
}

function reportPending({ rollout, versions }: PendingRollout, { states }: Observed): PlannedChange {
  const named = versions.map((version) => `version ${version}`).join(' and ')
  const from = describeServed(states.find((state) => state.rollout === rollout) ?? null)
  const verb = versions.length === 1 ? 'is' : 'are'
  return {
    ...unmoved,
    rollout,
    type: 'pending',
    from,
    to: versions.map((version) => `v${version}`).join(', '),
    reason: 'VersionPending',
    message: `${named} of ${rollout} ${verb} not there yet: nothing can be planned for it`,
  }
}

/** What serves when the rollout has gone its whole way; a refused target leaves what the transition says. */
function finalTraffic(desired: DesiredRollout, after: RolloutState): Traffic {
  const { strategy, rollout, unit } = desired
  if (after.phase === 'RolledBack' || after.phase === 'Stalled') return after.traffic
  return strategy.type === 'split' ? buildSplitTraffic(desired) : buildStableTraffic(rollout, unit, provenOf(strategy.release))
}

function percentMoved(before: RolloutState | null, after: Traffic | null): number {
  const rollout = before?.rollout ?? ''
  return Math.round(movedShare(rollout, before?.traffic ?? null, after) * 1000) / 10
}

function artifactsOf(rollout: string, { actions }: Plan): readonly Artifact[] {
  return actions.flatMap((action) => (action.type === 'store-artifact' && action.rollout === rollout ? [action.artifact] : []))
}

/** The steps that a beginning or moving canary still takes. */
function stepsAhead(strategy: DesiredStrategy, after: RolloutState, before: RolloutState | null): readonly CanaryStep[] {
  if (strategy.type !== 'canary' || before === null || before.stable === null) return []
  if (after.phase !== 'Initializing' && after.phase !== 'Progressing' && after.phase !== 'Paused') return []
  const { digest } = strategy.release
  if (after.formerStables.some(({ release }) => release === digest)) return []
  return strategy.steps.slice(Math.max(0, after.step))
}

function describeStrategy(strategy: DesiredStrategy): string {
  if (strategy.type === 'canary') return `v${strategy.release.version}`
  return strategy.variants.map(({ name, weight, release }) => `${name} v${release.version} ${weight} %`).join(', ')
}

/** `v1`, or the arms while more than one gets traffic. */
function describeServed(state: RolloutState | null): string | null {
  const arms = (state?.traffic.arms ?? []).filter(({ weight }) => weight > 0)
  if (arms.length === 0) return null
  if (arms.length === 1) return `v${arms[0]?.version ?? 0}`
  return arms.map(({ name, version, weight }) => `${name} v${version} ${weight} %`).join(', ')
}
