/** Conditions of the environment and of every rollout, from what the leader knows. Pure. */
import { toInstant } from '../core/clock.ts'
import { type Condition, mergeCondition } from '../core/condition.ts'
import { compareText } from '../core/finding.ts'
import type { Observed } from '../core/plan.ts'
import type { DesiredRollout, RolloutState } from '../core/rollout-state.ts'
import type { ConditionRow, EventRow } from '../database/journal-queries.ts'
import { assessReadiness } from '../rollout/readiness.ts'
import type { Memory } from './memory.ts'

export interface ConditionInput {
  readonly memory: Memory
  readonly observed: Observed
  readonly environment: string
  readonly wallMs: number
}

type Draft = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** All conditions, ordered; transition times of those that did not change are kept from `previous`. */
export function summarizeConditions(input: ConditionInput, previous: readonly ConditionRow[]): readonly ConditionRow[] {
  const { memory, observed, environment, wallMs } = input
  const commit = memory.desired?.commit ?? memory.reading?.info.commit ?? null
  const rollouts = (memory.desired?.rollouts ?? []).flatMap((desired) => {
    const state = observed.states.find(({ rollout }) => rollout === desired.rollout) ?? null
    return rolloutConditions(desired, state, input).map((draft) => ({ object: `Rollout/${desired.rollout}`, draft }))
  })
  const drafts = [...environmentConditions(input).map((draft) => ({ object: `Environment/${environment}`, draft })), ...rollouts]
  const before = new Map(previous.map(({ object, condition }) => [`${object} ${condition.type}`, condition]))
  return drafts
    .map(({ object, draft }) => {
      const old = before.get(`${object} ${draft.type}`)
      const next: Condition = { ...draft, observedCommit: commit, lastTransitionTime: toInstant(wallMs) }
      return { object, condition: mergeCondition(old === undefined ? [] : [old], next)[0] ?? next }
    })
    .sort((a, b) => compareText(a.object, b.object) || compareText(a.condition.type, b.condition.type))
}

function environmentConditions({ memory, environment }: ConditionInput): readonly Draft[] {
  const source = memory.failures.get('source')
  const { durability, reading } = memory
  const errors = reading?.findings.filter(({ severity }) => severity === 'error') ?? []
  const [first] = errors
  const where = first === undefined ? '' : `${first.file}:${first.line}:${first.column} ${first.rule}  ${first.message}`
  const refused = memory.lastPlan?.actions.find((action) => action.type === 'refuse' && action.rollout === null)
  const failed = [...memory.failures.values()].find(({ stage }) => stage !== 'source' && stage !== 'history')
  const applied = memory.desired?.commit.slice(0, 12)
  return [
    source === undefined
      ? {
          type: 'SourceReady',
          status: 'True',
          reason: 'Read',
          message: `read ${reading?.info.commit.slice(0, 12) ?? 'nothing yet'}`,
        }
      : { type: 'SourceReady', status: 'False', reason: toReason(source.reason), message: source.message },
    errors.length === 0
      ? { type: 'ManifestsValid', status: reading === null ? 'Unknown' : 'True', reason: 'Validated', message: 'no errors' }
      : {
          type: 'ManifestsValid',
          status: 'False',
          reason: 'Findings',
          message: `${errors.length} error${errors.length === 1 ? '' : 's'} in ${reading?.info.commit.slice(0, 12)}: ${where}; ${applied === undefined ? 'nothing is served' : `${applied} keeps serving`}`,
        },
    durability.status === 'durable'
      ? { type: 'HistoryDurable', status: 'True', reason: 'Pushed', message: 'every line is on the branch mainward/history' }
      : {
          type: 'HistoryDurable',
          status: 'False',
          reason: { behind: 'Behind', refused: 'NotPermitted', broken: 'Broken' }[durability.status],
          message: durability.message,
        },
    failed !== undefined
      ? { type: 'Reconciled', status: 'False', reason: toReason(failed.reason), message: `${failed.stage}: ${failed.message}` }
      : refused?.type === 'refuse'
        ? { type: 'Reconciled', status: 'False', reason: refused.reason, message: refused.message }
        : {
            type: 'Reconciled',
            status: memory.desired === null ? 'Unknown' : 'True',
            reason: 'Applied',
            message: `${environment} follows ${applied ?? 'no commit yet'}`,
          },
  ]
}

function rolloutConditions(
  desired: DesiredRollout,
  state: RolloutState | null,
  { observed, memory }: ConditionInput,
): readonly Draft[] {
  const action = memory.lastPlan?.actions.find(
    (candidate) => candidate.type === 'refuse' && candidate.rollout === desired.rollout,
  )
  const refusal = action?.type === 'refuse' ? action : null
  const failure = memory.rolloutFailures.get(desired.rollout)
  const stalled =
    (failure === undefined ? null : { reason: toReason(failure.reason), message: failure.message }) ??
    refusal ??
    (state?.phase === 'Stalled' || state?.phase === 'RolledBack' || state?.phase === 'Paused' ? state : null)
  const moving =
    state === null || state.phase === 'Initializing' || state.phase === 'Progressing' || state.target !== desired.target
  return [
    readyCondition(desired, state, observed),
    ...(moving && stalled === null
      ? [
          {
            type: 'Progressing',
            status: 'True' as const,
            reason: state?.reason ?? 'Pending',
            message: state?.message ?? 'not begun',
          },
        ]
      : []),
    ...(stalled === null ? [] : [{ type: 'Stalled', status: 'True' as const, reason: stalled.reason, message: stalled.message }]),
    ...(desired.suspend
      ? [{ type: 'Suspended', status: 'True' as const, reason: 'Suspended', message: 'suspend: true in the manifest' }]
      : []),
  ]
}

/** Ready: the stable release answers on every fresh replica, also while a rollout goes on. */
function readyCondition(desired: DesiredRollout, state: RolloutState | null, observed: Observed): Draft {
  const type = 'Ready'
  if (state === null || state.stable === null)
    return { type, status: 'False', reason: state?.reason ?? 'Pending', message: state?.message ?? 'not begun' }
  const readiness = assessReadiness(state.stable.release, observed.replicas)
  if (readiness.status !== 'ready') return { type, status: 'False', reason: 'NotLoaded', message: readiness.message }
  const message = `version ${state.stable.version} answers`
  if (observed.published.includes(desired.rollout)) return { type, status: 'True', reason: 'Serving', message }
  return {
    type,
    status: state.phase === 'Succeeded' ? 'False' : 'True',
    reason: 'Publishing',
    message: state.phase === 'Succeeded' ? 'not yet taken over by every serving process' : message,
  }
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
    const bad = condition.type === 'Stalled' || (condition.status === 'False' && condition.type !== 'Ready')
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
