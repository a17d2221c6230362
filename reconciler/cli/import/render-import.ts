/** Says what was inferred from a model, and what to do next. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import type { GoldenRow } from '../../core/release.ts'
import type { ImportedVersion } from './build-manifests.ts'
import type { OriginalComparison } from './compare-original.ts'
import type { ExistingRollout } from './existing-model.ts'
import { valuesOf } from './infer-outputs.ts'

export interface ImportReport {
  readonly imported: ImportedVersion
  readonly whyTask: string
  /** Of the whole sample. */
  readonly recorded: readonly GoldenRow[]
  readonly written: readonly string[]
  /** With the model that it was converted from; null: nothing was converted. */
  readonly comparison: OriginalComparison | null
  /** Rollouts that were there before. */
  readonly rollouts: readonly ExistingRollout[]
}

export function renderImport(report: ImportReport): string {
  const { imported, whyTask, written, comparison } = report
  const lines = [
    ...imported.signature.inputs.map(describeInput),
    `output    ${describeScore(report)}`,
    ...(imported.signature.outputs.label === undefined ? [] : [`output    ${imported.signature.outputs.label}: the label`]),
    `task      ${imported.task}: ${whyTask}`,
    ...(imported.threshold === null ? [] : [`decision  true when the score is at least ${imported.threshold}`]),
    ...imported.views.map(describeView),
    ...(comparison === null ? [] : describeComparison(comparison)),
    `golden    ${imported.goldenRows.length} of ${report.recorded.length} rows of the sample`,
    ...written.map((path) => `wrote     ${path}`),
  ]
  return `${lines.join('\n')}\n\nnext:\n${nextSteps(report)
    .map((step) => `  ${step}\n`)
    .join('')}`
}

function describeInput({ name, datatype, shape, features }: ImportedVersion['signature']['inputs'][number]): string {
  const frame = `input     ${name}: ${datatype} [${shape.join(', ')}]`
  if (features === undefined) return `${frame}, sent as it is`
  if (features.length === 1 && features[0] === name) return frame
  return `${frame}, columns in the order of the sample: ${features.join(', ')}`
}

function describeView({ view, digest, as, take }: ImportedVersion['views'][number]): string {
  return `view      ${view}${as === null ? '' : ` as ${as}`} (${digest.slice(0, 'sha256:'.length + 12)}): ${take.join(', ')}`
}

function describeScore({ imported, recorded }: ImportReport): string {
  const { score, positiveIndex } = imported.signature.outputs
  const values = recorded.flatMap(({ outputs }) => {
    const row = valuesOf(outputs[score])
    return positiveIndex === undefined ? row : [row[positiveIndex] ?? null]
  })
  const numbers = values.filter((value) => typeof value === 'number')
  const range = numbers.length === 0 ? '' : `, ${short(Math.min(...numbers))} to ${short(Math.max(...numbers))} on the sample`
  const missing = values.length - numbers.length
  const holes = missing === 0 ? '' : `, no number for ${missing} of ${values.length}`
  const column = positiveIndex === undefined ? '' : ` (column ${positiveIndex}, the positive class)`
  return `${score}: the score${column}${range}${holes}`
}

function describeComparison({
  rows,
  tolerance,
  rowsBeyond,
  largestDifference,
  otherLabels,
}: OriginalComparison): readonly string[] {
  const labels = otherLabels === 0 ? '' : `, ${countNoun(otherLabels, 'row')} with another label`
  const largest = largestDifference === 0 ? 'no difference' : `largest difference ${largestDifference.toPrecision(2)}`
  return [
    `original  ${rowsBeyond} of ${countNoun(rows, 'row')} differ by more than ${tolerance}, ${largest}${labels}`,
    'unknown   data, code, seed and metrics: nothing of them is in the file (evidence.import.unknown)',
  ]
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function nextSteps({ imported, rollouts }: ImportReport): readonly string[] {
  const { model, version } = imported
  const changes = rollouts.map(({ file, line, environment, spec }) => {
    const key = spec.canary === undefined ? 'the version of a variant' : 'canary.version'
    return `change ${key} to ${version} in ${file}:${line} (${environment})`
  })
  return [
    ...changes,
    'review the files, and see what they will do: mainward plan',
    `git add --all && git commit -m "Version ${version} of ${model}"`,
    'mainward up .   # unless it runs already; it prints a call that answers',
  ]
}
