/** The words of verdicts and outcomes, and how they look. Pure. */
import { assertNever } from '../../core/assert-never.ts'
import type { OutcomeStatus } from '../../core/evaluation.ts'
import type { ModelOutcome, ModelReport } from '../../core/report.ts'
import type { Verdict } from '../../core/verdict.ts'
import { badge, type Run, type Tone } from '../document/document.ts'

const tones: Readonly<Record<Verdict | OutcomeStatus, Tone>> = {
  passed: 'good',
  failed: 'bad',
  inconclusive: 'unsure',
  error: 'bad',
}

export function verdictBadge(verdict: Verdict | OutcomeStatus): Run {
  return badge(verdict === 'error' ? 'could not be evaluated' : verdict, tones[verdict])
}

/** The verdict of a model, or that there is none. */
export function modelBadge({ outcome, evidence }: ModelReport): Run {
  if (outcome.type === 'failed') return badge('no version', 'bad')
  if (evidence === null) return { text: outcome.type === 'unchanged' ? 'not judged again' : 'not judged' }
  return verdictBadge(evidence.verdict.verdict)
}

/** What was done with a model, in a few words. */
export function describeOutcome(outcome: ModelOutcome): string {
  switch (outcome.type) {
    case 'trained':
      return 'trained'
    case 'reused':
      return 'nothing to train: these inputs were trained before'
    case 'evaluated-again':
      return `evaluated again, with the model file of version ${outcome.from}`
    case 'unchanged':
      return 'nothing to train: inputs unchanged'
    case 'failed':
      return 'training failed'
    default:
      return assertNever(outcome)
  }
}

/** `version 3; production serves version 2`. */
export function describeVersions({ version, served }: ModelReport): string {
  const before = served === null ? 'nothing is served yet' : `production serves version ${served}`
  if (version === null) return `no version; ${before}`
  return version === served ? `version ${version}, as production serves it` : `version ${version}; ${before}`
}
