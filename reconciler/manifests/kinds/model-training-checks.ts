/** The rules on what one Model learns from that need no other manifest: a label, parts of time that fit, names of features. */
import { parseInstant } from '../../core/instant.ts'
import { durationMs } from '../duration.ts'
import type { WrittenModelSpec } from '../generated/model.ts'
import { featureNames } from '../model-feature-names.ts'
import { metricProblem } from '../metric-problem.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'

type Model = WrittenManifest<WrittenModelSpec>

export const modelTrainingChecks: readonly KindCheck<WrittenModelSpec>[] = [
  { reads: ['/spec/label', '/spec/features', '/spec/training', '/spec/evaluation'], check: checkLabel },
  { reads: ['/spec/features', '/spec/requestFeatures'], check: checkNames },
  { reads: ['/spec/training'], check: checkParts },
  { reads: ['/spec/evaluation'], check: checkSlices },
  { reads: ['/spec/task', '/spec/evaluation'], check: checkMetrics },
  { reads: ['/spec/training'], check: checkCommand },
]

/** Without rows to learn from, nothing of it would do anything. */
function checkLabel({ spec }: Model, report: Report): void {
  if (spec.label !== undefined) return
  for (const field of ['features', 'training', 'evaluation'] as const) {
    const written = spec[field]
    if (written === undefined || (Array.isArray(written) && written.length === 0)) continue
    const message = `expected label beside ${field}, found none: it names the rows that the model learns from`
    report(`/spec/${field}`, { rule: 'label-missing', message })
  }
}

/** A training set and a request have one column of a name. */
function checkNames({ spec }: Model, report: Report): void {
  const seen = new Set((spec.requestFeatures ?? []).map(({ name }) => name.toLowerCase()))
  spec.features?.forEach(({ as, take }, index) => {
    featureNames({ as: as ?? null, take }).forEach((name, position) => {
      if (seen.has(name.toLowerCase())) {
        const message = `expected every name once among the features of the model, found ${JSON.stringify(name)} again`
        const hint =
          as === undefined
            ? 'give the view a role with as: its features are then named AS__FEATURE'
            : 'take it once, or choose another as'
        report(`/spec/features/${index}/take/${position}`, { rule: 'feature-clash', message, hint })
      }
      seen.add(name.toLowerCase())
    })
  })
}

function checkParts({ spec }: Model, report: Report): void {
  if (spec.training === undefined) return
  const { from, until, validation = '0s', test = '0s' } = spec.training.data
  const [first, end] = [from === undefined ? null : readTime(from, 'from', report), readTime(until, 'until', report)]
  if (first === null || end === null) return
  const rule = 'split-time'
  const parts = BigInt(durationMs(validation) + durationMs(test)) * 1000n
  if (end <= first) {
    report('/spec/training/data/until', { rule, message: `expected a time after from (${from ?? ''}), found ${until}` })
  } else if (end - parts <= first) {
    const message = `expected time for training before validation (${validation}) and test (${test}), found none between ${from ?? ''} and ${until}`
    report('/spec/training/data', { rule, message })
  }
}

function readTime(text: string, field: string, report: Report): bigint | null {
  const time = parseInstant(text)
  if (time === null) {
    const message = `expected a day or an instant that exists, found ${JSON.stringify(text)}`
    report(`/spec/training/data/${field}`, { rule: 'split-time', message })
  }
  return time
}

function checkSlices({ spec }: Model, report: Report): void {
  const seen = new Set<string>()
  spec.evaluation?.slices?.forEach(({ by }, index) => {
    if (seen.has(by)) {
      const message = `expected every column once, found ${JSON.stringify(by)} again`
      report(`/spec/evaluation/slices/${index}/by`, { rule: 'duplicate-feature', message })
    }
    seen.add(by)
  })
}

/** Each is one of the catalogue, for the task. */
function checkMetrics({ spec: { task, evaluation } }: Model, report: Report): void {
  evaluation?.metrics?.forEach((name, index) => {
    const problem = metricProblem(name, task)
    if (problem !== null) report(`/spec/evaluation/metrics/${index}`, problem)
  })
  if (evaluation?.positiveClass === undefined || task === 'binary-classification') return
  const message = `expected no positiveClass for the task ${task}, found one`
  report('/spec/evaluation/positiveClass', { rule: 'metric', message, hint: 'remove it, or set task: binary-classification' })
}

/** What is told to a trainer needs one. */
function checkCommand({ spec: { training } }: Model, report: Report): void {
  if (training === undefined || training.command !== undefined) return
  for (const field of ['files', 'requirements', 'params', 'seed', 'test', 'timeout', 'memory', 'disk', 'promotion'] as const) {
    if (training[field] === undefined) continue
    const message = `expected command beside ${field}, found none: it is the program that trains`
    report(`/spec/training/${field}`, {
      rule: 'command-missing',
      message,
      hint: 'for example command: [python3, training/train.py]',
    })
  }
}
