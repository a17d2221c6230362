/** Conditions of the environment and of every rollout, from what the leader knows. Pure. */
import { toInstant } from '../core/clock.ts'
import { type Condition, mergeCondition } from '../core/condition.ts'
import { compareText } from '../core/finding.ts'
import type { Action, Observed } from '../core/plan.ts'
import type { DesiredRollout, RolloutState } from '../core/rollout-state.ts'
import type { ConditionRow, EventRow } from '../database/journal-queries.ts'
import { assessReadiness } from '../rollout/readiness.ts'
import { describeFallback } from '../rollout/settings.ts'
import { describeDuration } from '../manifests/duration.ts'
import type { Memory, PushLogStanding, StageFailure, ViewStanding } from './memory.ts'
import type { ViewProgress } from './ports.ts'
import { pushLogLimits } from './push-log-limits.ts'

export interface ConditionInput {
  readonly memory: Memory
  readonly observed: Observed
  readonly environment: string
  readonly wallMs: number
}

type Draft = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

interface Found {
  readonly object: string
  /** The commit that the finding is about. */
  readonly commit: string | null
  readonly draft: Draft
}

/** All conditions, ordered; transition times of those that did not change are kept from `previous`. */
export function summarizeConditions(input: ConditionInput, previous: readonly ConditionRow[]): readonly ConditionRow[] {
  const before = new Map(previous.map(({ object, condition }) => [`${object} ${condition.type}`, condition]))
  return [...findEnvironment(input, previous), ...findRollouts(input, before)]
    .map(({ object, commit, draft }) => {
      const old = before.get(`${object} ${draft.type}`)
      const next: Condition = { ...draft, observedCommit: commit, lastTransitionTime: toInstant(input.wallMs) }
      return { object, condition: mergeCondition(old === undefined ? [] : [old], next)[0] ?? next }
    })
    .sort((a, b) => compareText(a.object, b.object) || compareText(a.condition.type, b.condition.type))
}

/** Source and manifests speak of the commit that was read, the rest of the one that is applied. */
function findEnvironment({ memory, environment }: ConditionInput, previous: readonly ConditionRow[]): readonly Found[] {
  const object = `Environment/${environment}`
  const read = memory.reading?.info.commit ?? null
  const applied = memory.desired?.commit ?? null
  return [
    { object, commit: read, draft: sourceCondition(memory) },
    { object, commit: read, draft: manifestsCondition(memory) },
    { object, commit: applied, draft: historyCondition(memory) },
    { object, commit: applied, draft: reconciledCondition(memory, environment) },
    ...(memory.areFeaturesKnown
      ? [...featuresConditions(memory), ...pushConditions(memory.pushLogs)].map((draft) => ({ object, commit: applied, draft }))
      : keepFeatures(object, previous)),
  ]
}

/** What the last leader found, until this one has looked: nothing is news that nobody has judged. */
function keepFeatures(object: string, previous: readonly ConditionRow[]): readonly Found[] {
  return previous
    .filter((row) => row.object === object && ['FeaturesReady', 'PushesStored'].includes(row.condition.type))
    .map(({ condition }) => ({ object, commit: condition.observedCommit, draft: condition }))
}

function findRollouts(input: ConditionInput, before: ReadonlyMap<string, Condition>): readonly Found[] {
  const { memory, observed } = input
  const commit = memory.desired?.commit ?? null
  return (memory.desired?.rollouts ?? []).flatMap((desired) => {
    const object = `Rollout/${desired.rollout}`
    const state = observed.states.find(({ rollout }) => rollout === desired.rollout) ?? null
    const wasReady = before.get(`${object} Ready`) ?? null
    return rolloutConditions(desired, state, input, wasReady).map((draft) => ({ object, commit, draft }))
  })
}

function sourceCondition({ failures, reading }: Memory): Draft {
  const type = 'SourceReady'
  const failed = failures.get('source')
  if (failed !== undefined) return { type, status: 'False', reason: toReason(failed.reason), message: failed.message }
  if (reading === null) return { type, status: 'Unknown', reason: 'NotRead', message: 'nothing was read yet' }
  return { type, status: 'True', reason: 'Read', message: `read ${shortCommit(reading.info.commit)}` }
}

function manifestsCondition({ reading, desired }: Memory): Draft {
  const type = 'ManifestsValid'
  if (reading === null) return { type, status: 'Unknown', reason: 'NotRead', message: 'nothing was read yet' }
  const errors = reading.findings.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (first === undefined) return { type, status: 'True', reason: 'Validated', message: 'no errors' }
  const count = `${errors.length} error${errors.length === 1 ? '' : 's'} in ${shortCommit(reading.info.commit)}`
  const where = `${first.file}:${first.line}:${first.column} ${first.rule}  ${first.message}`
  const serving = desired === null ? 'nothing is served' : `${shortCommit(desired.commit)} keeps serving`
  return { type, status: 'False', reason: 'Findings', message: `${count}: ${where}; ${serving}` }
}

function historyCondition({ durability }: Memory): Draft {
  const type = 'HistoryDurable'
  if (durability.status === 'durable')
    return { type, status: 'True', reason: 'Pushed', message: 'every line is on the branch mainward/history' }
  const reason = { behind: 'Behind', refused: 'NotPermitted', broken: 'Broken' }[durability.status]
  return { type, status: 'False', reason, message: durability.message }
}

function reconciledCondition({ failures, lastPlan, desired }: Memory, environment: string): Draft {
  const type = 'Reconciled'
  const failed = [...failures.values()].find(({ stage }) => stage !== 'source' && stage !== 'history')
  if (failed !== undefined)
    return { type, status: 'False', reason: toReason(failed.reason), message: `${failed.stage}: ${failed.message}` }
  const refused = lastPlan?.actions.find((action) => action.type === 'refuse' && action.rollout === null)
  if (refused?.type === 'refuse') return { type, status: 'False', reason: refused.reason, message: refused.message }
  if (desired === null) return { type, status: 'Unknown', reason: 'NoCommit', message: `${environment} follows no commit yet` }
  return { type, status: 'True', reason: 'Applied', message: `${environment} follows ${shortCommit(desired.commit)}` }
}

/** Only where there are online views. One that fails serves what it has. */
function featuresConditions({ views, lacksDataTime }: Memory): readonly Draft[] {
  const type = 'FeaturesReady'
  if (lacksDataTime) {
    const message = 'the data clock is moved by hand and was never set: online views are computed once it is'
    return [{ type, status: 'Unknown', reason: 'NoDataTime', message }]
  }
  if (views.length === 0) return []
  const failed = views.filter(({ failure }) => failure !== null)
  const [first] = failed
  if (first?.failure) {
    const more = failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`
    const name = `view ${first.view}: `
    const said = first.failure.message.startsWith(name) ? first.failure.message : `${name}${first.failure.message}`
    const message = `${said}; ${describeRows(first)}${more}`
    return [{ type, status: 'False', reason: toReason(first.failure.reason), message }]
  }
  const empty = views.filter(({ isPushed, watermarkUs, isCarrying }) => (isPushed ? isCarrying : watermarkUs === null))
  const names = empty.map(({ view }) => view).join(', ')
  if (empty.length > 0) return [{ type, status: 'False', reason: 'Filling', message: `filled for the first time: ${names}` }]
  const behind = views.filter(({ isBehind }) => isBehind)
  if (behind.length > 0) return [{ type, status: 'False', reason: 'Behind', message: describeLag(behind) }]
  const message = `${views.length} online view${views.length === 1 ? '' : 's'} filled${describeMisfits(views)}`
  return [{ type, status: 'True', reason: 'Filled', message }]
}

/** What rows that were pushed under earlier definitions do not have. */
function describeMisfits(views: readonly ViewStanding[]): string {
  const told = views.flatMap(({ view, without = [] }) => (without.length === 0 ? [] : [`${view}: ${without.join(', ')}`]))
  return told.length === 0 ? '' : `; of rows that were pushed under earlier definitions, ${told.join('; ')}`
}

function describeLag(behind: readonly ViewStanding[]): string {
  const each = behind.map(({ view, lagMs }) => `${view} by ${describeDuration(floorToUnit(lagMs ?? 0))}`)
  return `behind the data clock: ${each.join(', ')}; ${behind.length === 1 ? 'its' : 'their'} rows serve on`
}

/** Whole days, hours, minutes or seconds: a text that changed with each pass would be written with each. */
function floorToUnit(milliseconds: number): number {
  const unit = [86_400_000, 3_600_000, 60_000].find((length) => milliseconds >= length) ?? 1_000
  return milliseconds - (milliseconds % unit)
}

/** Only where something was pushed. A log that waits longer than twice what it may is behind, whatever the cause. */
function pushConditions(logs: readonly PushLogStanding[]): readonly Draft[] {
  const type = 'PushesStored'
  if (logs.length === 0) return []
  const failed = logs.find(({ failure }) => failure !== null)
  if (failed?.failure) {
    const message = `view ${failed.view}: ${failed.failure.message}; its rows stay in the log, and are served`
    return [{ type, status: 'False', reason: toReason(failed.failure.reason), message }]
  }
  const oldest = logs.reduce((a, b) => (b.ageMs > a.ageMs ? b : a))
  if (oldest.ageMs > 2 * pushLogLimits.ageMs) {
    const message = `view ${oldest.view}: a pushed row has waited more than ${Math.floor(oldest.ageMs / 3_600_000)} h for a segment`
    return [{ type, status: 'False', reason: 'Behind', message }]
  }
  const minutes = pushLogLimits.ageMs / 60_000
  return [
    { type, status: 'True', reason: 'Stored', message: `pushed rows are in segments, but those of the last ${minutes} minutes` },
  ]
}

function describeRows({ isPushed, isCarrying, watermarkUs, rows }: ViewProgress): string {
  if (isPushed && isCarrying === true) return 'what was pushed under earlier definitions is not there yet'
  if (isPushed) return 'what is there serves on'
  if (watermarkUs === null) return 'it has no rows yet, and what was served before serves on'
  return `its ${rows} rows as of ${toInstant(Number(watermarkUs / 1000n))} serve on`
}

/** Ready always; the others only while they are true. */
function rolloutConditions(
  desired: DesiredRollout,
  state: RolloutState | null,
  { observed, memory }: ConditionInput,
  before: Condition | null,
): readonly Draft[] {
  const actions = memory.lastPlan?.actions.filter(({ rollout }) => rollout === desired.rollout) ?? []
  const stalled = stalledCondition(state, actions, memory.rolloutFailures.get(desired.rollout))
  const suspended: Draft = { type: 'Suspended', status: 'True', reason: 'Suspended', message: 'suspend: true in the manifest' }
  return [
    readyCondition(desired, state, observed, before),
    ...(stalled === null ? progressingCondition(desired, state, actions) : [stalled]),
    ...fallbackCondition(state, observed),
    ...(desired.suspend ? [suspended] : []),
  ]
}

/** Nothing waits for a fallback, so nobody would notice that it does not answer. */
function fallbackCondition(state: RolloutState | null, { replicas }: Observed): readonly Draft[] {
  const type = 'FallbackReady'
  const fallback = state?.settings?.fallback
  if (fallback === undefined) return []
  const message = `${describeFallback(fallback)} answers when a run fails`
  if (fallback.type === 'constant') return [{ type, status: 'True', reason: 'Constant', message }]
  const readiness = assessReadiness(fallback.release, replicas)
  if (readiness.status === 'ready') return [{ type, status: 'True', reason: 'Loaded', message }]
  const reason = readiness.status === 'failed' ? readiness.reason : 'NotLoaded'
  return [{ type, status: 'False', reason, message: `version ${fallback.version} is no fallback now: ${readiness.message}` }]
}

/** A person must act: a change failed, the target was refused, or the rollout can not go on by itself. */
function stalledCondition(
  state: RolloutState | null,
  actions: readonly Action[],
  failure: StageFailure | undefined,
): Draft | null {
  const type = 'Stalled'
  if (failure !== undefined) return { type, status: 'True', reason: toReason(failure.reason), message: failure.message }
  const refusal = actions.find((action) => action.type === 'refuse')
  const halted = state?.phase === 'Stalled' || state?.phase === 'RolledBack' || state?.phase === 'Paused' ? state : null
  const cause = refusal?.type === 'refuse' ? refusal : halted
  return cause === null ? null : { type, status: 'True', reason: cause.reason, message: cause.message }
}

/** What is waited for, in the planner's words. */
function progressingCondition(desired: DesiredRollout, state: RolloutState | null, actions: readonly Action[]): readonly Draft[] {
  const moving =
    state === null || state.phase === 'Initializing' || state.phase === 'Progressing' || state.target !== desired.target
  if (!moving || desired.suspend) return []
  const wait = actions.find((action) => action.type === 'wait')
  const { reason, message } = (wait?.type === 'wait' ? wait : state) ?? { reason: 'Pending', message: 'not begun' }
  return [{ type: 'Progressing', status: 'True', reason, message }]
}

/**
 * Ready: the stable release answers on every fresh replica, also while a rollout goes on (it was served before that
 * began). What was ready stays so while another route of the same release is on its way to replicas that all hold it.
 */
function readyCondition(
  desired: DesiredRollout,
  state: RolloutState | null,
  observed: Observed,
  before: Condition | null,
): Draft {
  const type = 'Ready'
  if (state === null || state.stable === null)
    return { type, status: 'False', reason: state?.reason ?? 'Pending', message: state?.message ?? 'not begun' }
  const readiness = assessReadiness(state.stable.release, observed.replicas)
  if (readiness.status !== 'ready') return { type, status: 'False', reason: 'NotLoaded', message: readiness.message }
  const message = `version ${state.stable.version} answers`
  if (observed.published.some(({ rollout }) => rollout === desired.rollout))
    return { type, status: 'True', reason: 'Serving', message }
  const standing = state.phase === 'Initializing' || state.phase === 'Progressing' || state.phase === 'Paused'
  const stays = before?.status === 'True' && before.message === message
  if (stays || standing) return { type, status: 'True', reason: 'Serving', message }
  return { type, status: 'False', reason: 'Publishing', message: 'not yet taken over by every serving process' }
}

function shortCommit(commit: string): string {
  return commit.slice(0, 12)
}

function toReason(code: string): string {
  return code.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())
}

/** An event for every condition that changed its status or reason. */
export function eventsOf(previous: readonly ConditionRow[], next: readonly ConditionRow[], wallMs: number): readonly EventRow[] {
  const before = new Map(previous.map(({ object, condition }) => [`${object} ${condition.type}`, condition]))
  return next.flatMap(({ object, condition }) => {
    const old = before.get(`${object} ${condition.type}`)
    if (old?.status === condition.status && old.reason === condition.reason) return []
    const isLoading = condition.type === 'Ready' || condition.reason === 'NotLoaded'
    const bad = condition.type === 'Stalled' || (condition.status === 'False' && !isLoading)
    return [
      {
        at: toInstant(wallMs),
        severity: bad ? 'warning' : 'info',
        object,
        reason: `${condition.type}${condition.status === 'True' ? '' : condition.status}`,
        message: condition.message,
      },
    ]
  })
}
