/** Reads scores and labels out of a model's output tensors, by the signature's roles. Compiled once a release. */
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'
import { readElement, writeElementAt, writeElements } from '../../inference/rows/tensor-data.ts'

/** Writes `"score":…`, and `"decision":…` and `"label":…` where there are some, for one row of a run. */
export type WriteScore = (outputs: Tensors, index: number) => string

export interface ScoreReader {
  /** Names of the outputs that are read: nothing else is fetched from the runtime. */
  readonly outputNames: readonly string[]
  readonly write: WriteScore
}

/** A score is a number; for a matrix without a positive column it is the row of the matrix. `prefix` stands before every name that is written. */
export function compileScoreReader({ signature, decision }: Release, prefix = ''): ScoreReader {
  const keys = { score: keyOf(prefix, 'score'), decision: `,${keyOf(prefix, 'decision')}`, label: `,${keyOf(prefix, 'label')}` }
  const { score, label, positiveIndex } = signature.outputs
  const outputNames = label === undefined || label === score ? [score] : [score, label]
  const write: WriteScore = (outputs, index) => {
    const tensor = outputOf(outputs, score)
    const width = widthOf(tensor)
    if (positiveIndex === undefined && width > 1) {
      const row = writeElements(tensor.datatype, tensor.data, index * width, (index + 1) * width)
      return `${keys.score}[${row}]${writeLabel(outputs, label, index, keys.label)}`
    }
    const column = width > 1 ? (positiveIndex ?? 0) : 0
    const value = readElement(tensor.datatype, tensor.data, index * width + column)
    const decided = decision === undefined ? '' : `${keys.decision}${Number(value) >= decision.threshold}`
    const text = writeElementAt(tensor.datatype, tensor.data, index * width + column)
    return `${keys.score}${text}${decided}${writeLabel(outputs, label, index, keys.label)}`
  }
  return { outputNames, write }
}

function keyOf(prefix: string, name: string): string {
  return `${JSON.stringify(prefix + name)}:`
}

function writeLabel(outputs: Tensors, label: string | undefined, index: number, key: string): string {
  const tensor = label === undefined ? undefined : outputs[label]
  if (tensor === undefined) return ''
  const width = widthOf(tensor)
  if (width !== 1) return `${key}[${writeElements(tensor.datatype, tensor.data, index * width, (index + 1) * width)}]`
  return `${key}${writeElementAt(tensor.datatype, tensor.data, index)}`
}

/** Elements a row. The first dimension is the rows, whatever the file declares. */
export function widthOf({ shape, data }: Tensor): number {
  const rows = shape[0] ?? 1
  return rows === 0 ? 0 : data.length / rows
}

/** Throws `model-unusable` for an output that is not there. */
export function outputOf(outputs: Tensors, name: string): Tensor {
  const tensor = outputs[name]
  if (tensor === undefined) throw new MainwardError('model-unusable', `the model did not answer its output "${name}"`)
  return tensor
}
