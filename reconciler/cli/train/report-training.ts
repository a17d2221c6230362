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
    reproduction: null,
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

/** The last lines of the trainer are part of its message. */
export function reportFailed({ metadata, spec }: Resource<ModelSpec>, thrown: unknown): ModelReport {
  const known = thrown instanceof MainwardError ? thrown : null
  return {
    model: metadata.name,
    description: metadata.description ?? null,
    outcome: { type: 'failed', code: known?.code ?? 'bug', message: messageOf(thrown), hint: known?.hint ?? null, log: [] },
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
