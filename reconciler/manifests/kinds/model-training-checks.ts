/** The rules on what one Model learns from that need no other manifest: a label, parts of time that fit, names of features. */
import { parseInstant } from '../../core/instant.ts'
import { durationMs } from '../duration.ts'
import type { WrittenModelSpec } from '../generated/model.ts'
import { featureNames } from '../model-feature-names.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'

type Model = WrittenManifest<WrittenModelSpec>

export const modelTrainingChecks: readonly KindCheck<WrittenModelSpec>[] = [
  { reads: ['/spec/label', '/spec/features', '/spec/training', '/spec/evaluation'], check: checkLabel },
  { reads: ['/spec/features', '/spec/requestFeatures'], check: checkNames },
  { reads: ['/spec/training'], check: checkParts },
  { reads: ['/spec/evaluation'], check: checkSlices },
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
