/** What `train` did with one model, as a report has it. Pure. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { ModelOutcome, ModelReport } from '../../core/report.ts'
import type { Resource } from '../../core/resource.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { readEvidence } from './known-evidence.ts'
import type { MadeVersion } from './make-version.ts'
import type { Survey } from './survey-model.ts'

/** `made`: null where nothing had to be done. `served`: what production has before. */
export function reportTrained(survey: Survey, made: MadeVersion | null, served: number | null): ModelReport {
  const { tree, versions, decision } = survey
  const version = made?.version ?? (decision.type === 'unchanged' ? decision.version : null)
  const there = versions.find(({ spec }) => spec.version === version)?.spec
  const evidence = made?.evidence ?? (there === undefined ? null : readEvidence(there.evidence))
  return {
    model: tree.name,
    description: tree.description,
    outcome: describeOutcome(decision),
    served,
    version,
    artifact: made?.artifact ?? there?.artifact ?? null,
    promotion: tree.trainer.promotion,
    evidence,
    reproduction: made?.reproduction ?? null,
    card: made?.written.find((path) => path.startsWith('cards/')) ?? null,
    warnings: [...(made?.notes ?? []), ...(made?.evidence.run?.warnings ?? [])],
    reproduce: version === null ? null : `mainward reproduce ${tree.name} ${version}`,
  }
}

function describeOutcome(decision: Survey['decision']): ModelOutcome {
  switch (decision.type) {
    case 'unchanged':
      return { type: 'unchanged' }
    case 'train':
      return { type: 'trained', because: decision.because }
    case 'reuse':
    case 'renumber':
      return { type: 'reused', because: decision.because }
    case 'evaluate-again':
    case 'refresh':
      return { type: 'evaluated-again', from: decision.from.spec.version, because: decision.because }
  }
}

/** How many of the last lines of a log a report has. */
const shownLines = 20

/** `lines`: what trainer and its tests said. Where a message has the last of them, too, a report shows them once. */
export function reportFailed({ metadata, spec }: Resource<ModelSpec>, thrown: unknown, lines: readonly string[]): ModelReport {
  const known = thrown instanceof MainwardError ? thrown : null
  const log = lines.slice(-shownLines)
  const whole = messageOf(thrown)
  const message = log.length === 0 ? whole : (whole.split('; its last lines:\n')[0] ?? whole)
  return {
    model: metadata.name,
    description: metadata.description ?? null,
    outcome: { type: 'failed', code: known?.code ?? 'bug', message, hint: known?.hint ?? null, log },
    served: null,
    version: null,
    artifact: null,
    promotion: spec.training?.trainer?.promotion ?? 'same-pull-request',
    evidence: null,
    reproduction: null,
    card: null,
    warnings: [],
    reproduce: null,
  }
}
