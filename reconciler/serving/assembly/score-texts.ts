/** What `compileScoreReader` writes of a row, as a text for each column of a table. Compiled once a release. */
import type { Release } from '../../core/release.ts'
import { readElement, writeElementAt, writeElements } from '../../inference/rows/tensor-data.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'
import { outputOf, widthOf } from './score-reader.ts'

/** Null: the model's number is NaN or infinite. Several values a row are a list in brackets. */
export type ScoreText = string | null

export interface ScoreTexts {
  readonly score: ScoreText
  /** Null: the model does not decide. */
  readonly decision: boolean | null
  /** Null: it has no label. */
  readonly label: ScoreText
}

export type ReadScoreTexts = (outputs: Tensors, index: number) => ScoreTexts

export function compileScoreTexts({ signature, decision }: Release): ReadScoreTexts {
  const { score, label, positiveIndex } = signature.outputs
  return (outputs, index) => {
    const tensor = outputOf(outputs, score)
    const width = widthOf(tensor)
    const labelText = label === undefined ? null : readText(outputOf(outputs, label), index)
    if (positiveIndex === undefined && width > 1) return { score: readText(tensor, index), decision: null, label: labelText }
    const at = index * width + (width > 1 ? (positiveIndex ?? 0) : 0)
    const value = readElement(tensor.datatype, tensor.data, at)
    const decided = decision === undefined ? null : Number(value) >= decision.threshold
    return { score: elementText(tensor, at), decision: decided, label: labelText }
  }
}

function readText(tensor: Tensor, index: number): ScoreText {
  const width = widthOf(tensor)
  if (width === 1) return elementText(tensor, index)
  return `[${writeElements(tensor.datatype, tensor.data, index * width, (index + 1) * width)}]`
}

/** A text as it is; anything else as JSON has it. */
function elementText({ datatype, data }: Tensor, at: number): ScoreText {
  if (datatype === 'BYTES') return String(data[at])
  const text = writeElementAt(datatype, data, at)
  return text === 'null' ? null : text
}
