/** What `mainward up` prints: all of its words stand here. Pure. */
import type { Condition } from '../../core/condition.ts'
import type { Finding } from '../../core/finding.ts'
import type { CommitStatus, ModelStatus, StatusDocument } from '../../core/status.ts'
import type { Terminal } from '../context.ts'
import { countFindings, renderFindings } from '../../manifests/findings-text.ts'
import { renderModels, renderTraffic } from '../render-status.ts'
import { renderExampleRequest } from './example-request.ts'
import type { UpOptions } from './up-options.ts'

type Style = Terminal['style']

export interface Addresses {
  readonly serving: string
  /** `HOST:PORT`. */
  readonly grpc: string | null
  readonly control: string
}

export function renderStart({ repository, branch, environment }: UpOptions, stateFolder: string, style: Style): string {
  return `${style('bold', 'mainward')} ${repository}, branch ${branch}, environment ${environment}\nstate in ${stateFolder}\n`
}

export function renderDatabase(port: string, adopted: boolean): string {
  return `database: embedded Postgres on port ${port}${adopted ? ', left running by the last start and taken over' : ''}\n`
}

export function renderTrouble(part: string, reason: string, pauseMs: number, style: Style): string {
  return `${style('yellow', `${part} ended`)} (${reason}); starting again in ${pauseMs / 1000} s\n`
}

/** What changed between two looks: a new commit and its findings, models on their way. Empty when nothing did. */
export function renderChanges(before: StatusDocument | null, now: StatusDocument, style: Style): string {
  return (
    renderCommit(before?.head ?? null, now, style) +
    renderTroubles(before?.conditions ?? [], now.conditions, style) +
    renderModelChanges(before?.models ?? [], now.models, style)
  )
}

/** The whole picture, once every model answers or cannot: table, addresses, a request to try. */
export function renderSettled({ models }: StatusDocument, addresses: Addresses, style: Style): string {
  const request = renderExampleRequest(models, addresses.serving)
  const lines = [
    `predictions  ${addresses.serving}${addresses.grpc === null ? '' : `, gRPC ${addresses.grpc}`}`,
    `control      ${addresses.control}`,
    ...(request === null ? [] : ['', `try: ${style('cyan', request)}`]),
  ]
  return `\n${renderModels(models, style)}\n${lines.join('\n')}\n\n`
}

/** Conditions that ceased to hold, and those that hold again; findings are told with their commit. */
function renderTroubles(before: readonly Condition[], now: readonly Condition[], style: Style): string {
  const failing = before.filter(({ status }) => status === 'False')
  const known = new Set(failing.map(nameTrouble))
  const wereFalse = new Set(failing.map(({ type }) => type))
  return now
    .filter((condition) => {
      if (condition.type === 'ManifestsValid') return false
      if (condition.status === 'True') return wereFalse.has(condition.type)
      return condition.status === 'False' && !known.has(nameTrouble(condition))
    })
    .map(({ type, status, reason, message }) => {
      const name = style(status === 'True' ? 'green' : 'yellow', `${type}=${status}`)
      return `${name} (${reason})  ${message}\n`
    })
    .join('')
}

/** How far something is behind is told once: it moves on with every look. */
function nameTrouble({ type, reason, message }: Condition): string {
  return reason === 'Behind' ? `${type} ${reason}` : `${type} ${message}`
}

function renderCommit(before: CommitStatus | null, { head }: StatusDocument, style: Style): string {
  if (head === null || (head.commit === before?.commit && head.findings.length === before.findings.length)) return ''
  const title = `commit ${head.commit.slice(0, 12)} "${head.message.split('\n', 1)[0] ?? ''}" by ${head.author}`
  const found = head.valid ? `found ${countResources(head.resources)}` : style('red', 'is not applied')
  return `${title}: ${found}${renderProblems(head.findings)}\n`
}

/** `2 models, 4 versions, 2 rollouts`. */
function countResources(resources: CommitStatus['resources']): string {
  const words = { Model: 'model', ModelVersion: 'version', Rollout: 'rollout' }
  return Object.entries(words)
    .map(([kind, word]) => ({ count: resources[kind] ?? 0, word }))
    .map(({ count, word }) => `${count} ${word}${count === 1 ? '' : 's'}`)
    .join(', ')
}

function renderProblems(findings: readonly Finding[]): string {
  return findings.length === 0 ? '' : `, ${countFindings(findings)}\n${renderFindings(findings, 'text').trimEnd()}`
}

function renderModelChanges(before: readonly ModelStatus[], now: readonly ModelStatus[], style: Style): string {
  const known = new Map(before.map((model) => [model.name, describe(model)]))
  const changed = now.filter((model) => known.get(model.name) !== describe(model))
  const gone = before.filter(({ name }) => !now.some((model) => model.name === name))
  return [
    ...changed.map((model) => `${style('bold', model.name)}  ${describe(model)}\n`),
    ...gone.map(({ name }) => `${style('bold', name)}  removed\n`),
  ].join('')
}

function describe({ phase, arms, fallback, stalled, message }: ModelStatus): string {
  return `${phase ?? 'Pending'}: ${renderTraffic(arms, fallback)} (${stalled ?? message})`
}
