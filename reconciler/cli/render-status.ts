/** The status of a running reconciler as text: what is served, what is on its way, what is wrong. Pure. */
import type { Condition } from '../core/condition.ts'
import type { Arm, RolloutFallback } from '../core/rollout-state.ts'
import type { CommitStatus, ModelStatus, StatusDocument } from '../core/status.ts'
import { countFindings, renderFindings } from '../manifests/findings-text.ts'
import type { Terminal } from './context.ts'
import { renderTable } from './table.ts'

type Style = Terminal['style']

export function renderStatus(status: StatusDocument, style: Style): string {
  const parts = [
    renderHeader(status, style),
    renderModels(status.models, style),
    renderProblems(status, style),
    renderHead(status.head, style),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

/** Model, version, share of traffic and state: one line each. Also printed by `up` when it starts. */
export function renderModels(models: readonly ModelStatus[], style: Style): string {
  if (models.length === 0) return 'no models\n'
  const rows = models.map((model) => [
    model.name,
    model.stableVersion === null ? '-' : String(model.stableVersion),
    renderTraffic(model.arms, model.fallback),
    describeState(model, style),
    model.stalled ?? model.message,
  ])
  return renderTable([{ title: 'MODEL' }, { title: 'STABLE' }, { title: 'TRAFFIC' }, { title: 'STATE' }, { title: 'WHY' }], rows)
}

/** `canary v2 5 %, stable v1 95 %, fallback v1`. */
export function renderTraffic(arms: readonly Arm[], fallback: RolloutFallback | null): string {
  if (arms.length === 0) return '-'
  const shares = arms.map(({ name, version, weight }) => `${name} v${version} ${weight} %`)
  return [...shares, ...(fallback === null ? [] : [renderFallback(fallback)])].join(', ')
}

function renderFallback(fallback: RolloutFallback): string {
  if (fallback.type === 'release') return `fallback v${fallback.version}`
  return typeof fallback.score === 'number' ? `fallback ${fallback.score}` : `fallback [${fallback.score.join(' ')}]`
}

function describeState({ phase, ready, stalled }: ModelStatus, style: Style): string {
  const word = phase ?? 'Pending'
  if (stalled !== null) return style('red', ready ? `${word}, stalled` : 'Stalled')
  return ready ? style('green', word) : style('yellow', `${word}, not ready`)
}

function renderHeader({ environment, project, appliedCommit, head, leader, dataTime }: StatusDocument, style: Style): string {
  const commit = appliedCommit === null ? 'nothing applied yet' : `commit ${appliedCommit.slice(0, 12)}`
  const behind = head === null || head.commit === appliedCommit ? '' : `, newest ${head.commit.slice(0, 12)}`
  const lines = [
    `${style('bold', project ?? 'no project')} in ${environment}: ${commit}${behind}`,
    `leader: ${leader === null ? 'none' : `${leader.holder}, epoch ${leader.epoch}`}`,
    ...(dataTime === null ? [] : [`data clock: ${dataTime}`]),
  ]
  return `${lines.join('\n')}\n`
}

/** Conditions of the environment that do not hold, and fallbacks that could not answer. */
function renderProblems({ conditions, models }: StatusDocument, style: Style): string {
  const wrong = conditions.filter(({ type, status }) => (type === 'Stalled' ? status === 'True' : status !== 'True'))
  const fallbacks = models.flatMap(({ name, conditions: own }) =>
    own
      .filter(({ type, status }) => type === 'FallbackReady' && status !== 'True')
      .map((condition) => ({ ...condition, message: `${name}: ${condition.message}` })),
  )
  return [...wrong, ...fallbacks]
    .map((condition) => `${style('yellow', nameCondition(condition))}  ${condition.message}\n`)
    .join('')
}

function nameCondition({ type, status, reason }: Condition): string {
  return `${type}=${status} (${reason})`
}

function renderHead(head: CommitStatus | null, style: Style): string {
  if (head === null || head.findings.length === 0) return ''
  const fate = head.valid ? 'is valid' : style('red', 'is not applied')
  const { commit, author, message, findings } = head
  const title = `commit ${commit.slice(0, 12)} "${message.split('\n', 1)[0]}" by ${author} ${fate}: ${countFindings(findings)}`
  return `${title}\n${renderFindings(findings, 'text')}`
}
