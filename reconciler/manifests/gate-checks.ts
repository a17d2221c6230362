/** The rules on Gates and FairnessPolicies that need the models which name them: metrics of the task, columns of the label source, use. */
import type { Finding } from '../core/finding.ts'
import type { Rule } from '../core/rule.ts'
import { compileCondition } from '../expressions/compile-condition.ts'
import { metricOfPath } from '../expressions/rule-environment.ts'
import { type CommitEntry, type CommitView, findingIn } from './commit-view.ts'
import type { FairnessPolicySpec } from './kinds/fairness-policy.ts'
import type { GateSpec } from './kinds/gate.ts'
import type { ModelSpec } from './kinds/model.ts'
import type { Problem } from './local-finding.ts'
import { metricProblem } from './metric-problem.ts'
import { didYouMean, listNames } from './nearest-name.ts'

interface ModelEntry {
  readonly name: string
  readonly spec: ModelSpec
}

export function checkGates(view: CommitView): readonly Finding[] {
  const models = view.entries.flatMap(({ document }): readonly ModelEntry[] =>
    document.kind === 'Model' && document.spec !== null ? [{ name: document.name ?? '', spec: document.spec as ModelSpec }] : [],
  )
  return view.entries.flatMap((entry) => {
    const { kind, name } = entry.document
    if ((kind !== 'Gate' && kind !== 'FairnessPolicy') || name === null) return []
    const users = models.filter(({ spec }) => (kind === 'Gate' ? spec.gates : spec.fairness).includes(name))
    if (users.length > 0) return users.flatMap((user) => checkUse(entry, user, view))
    const field = kind === 'Gate' ? 'gates' : 'fairness'
    const message = `expected a Model that names ${name} in its ${field}, found none: it stops nothing`
    return [findingIn(entry, '/metadata/name', { rule: 'gate-unused', message })]
  })
}

function checkUse(entry: CommitEntry, { name, spec: model }: ModelEntry, view: CommitView): readonly Finding[] {
  const spec = entry.document.spec as GateSpec | FairnessPolicySpec | null
  if (spec === null) return []
  const found: { readonly pointer: string; readonly problem: Problem }[] = []
  const report = (pointer: string, problem: Problem): void => {
    if (!found.some((other) => other.pointer === pointer && other.problem.message === problem.message))
      found.push({ pointer, problem })
  }
  const source = model.label === null ? undefined : view.specs.sources.get(model.label.source)
  const columns = source?.columns.map((column) => column.name) ?? null
  spec.rules.forEach((rule, index) => {
    // Rules of a policy that were made for each of its attributes have no place of their own.
    const pointer = entry.document.kind === 'Gate' ? `/spec/rules/${index}` : '/spec/rules'
    for (const { metric, place } of metricsOf(rule)) {
      const problem = metricProblem(metric, model.task)
      if (problem !== null) report(`${pointer}${place}`, { ...problem, message: `${problem.message} (of the model ${name})` })
    }
    if (rule.type !== 'metric' || columns === null || model.label === null) return
    for (const column of rule.by.filter((wanted) => !columns.includes(wanted) && isDeclared(entry, wanted))) {
      const message = `expected a column of ${model.label.source} (${listNames(columns)}), the label source of ${name}, found ${JSON.stringify(column)}`
      const place = columnPlace(entry, column, pointer)
      report(place, { rule: 'gate-column', message, hint: didYouMean(column, columns) })
    }
  })
  return found.map(({ pointer, problem }) => findingIn(entry, pointer, problem))
}

/** What is no attribute of its policy has been reported there. */
function isDeclared({ document: { kind, spec } }: CommitEntry, column: string): boolean {
  return kind === 'Gate' || (spec as FairnessPolicySpec).attributes.includes(column)
}

function columnPlace(entry: CommitEntry, column: string, pointer: string): string {
  const { kind, spec } = entry.document
  if (kind === 'Gate') return `${pointer}/by`
  const index = (spec as FairnessPolicySpec).attributes.indexOf(column)
  return `/spec/attributes/${index}`
}

function metricsOf(rule: Rule): readonly { readonly metric: string; readonly place: string }[] {
  if (rule.type === 'metric') return [{ metric: rule.metric, place: '/metric' }]
  if (rule.type !== 'expression') return []
  const compiled = compileCondition(rule.cel)
  if (compiled.type !== 'compiled') return []
  const metrics = new Set(compiled.condition.reads.map(metricOfPath).filter((metric) => metric !== null))
  return [...metrics].map((metric) => ({ metric, place: '/cel' }))
}
