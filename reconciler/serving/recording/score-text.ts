/** Writes what a model answered for one row: score, decision, predicted class. By the signature's roles; knows no protocol. */
import type { Release } from '../../core/release.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'
import { readElement } from '../../inference/rows/tensor-data.ts'
import { elementText } from './number-text.ts'
import { type WriteRow, writeTensorRow } from './row-text.ts'

/** Members that each begin with a comma. An output that was not asked for has none. */
export function compileScoreText(release: Release): WriteRow {
  const { score, label } = release.signature.outputs
  return (outputs, index, rows) => writeScore(release, outputs[score], index, rows) + writeLabel(outputs, label, index, rows)
}

function writeScore(release: Release, tensor: Tensor | undefined, index: number, rows: number): string {
  if (tensor === undefined || tensor.shape[0] !== rows) return ''
  const { decision, signature } = release
  const { positiveIndex } = signature.outputs
  const width = tensor.data.length / rows
  if (positiveIndex === undefined && width > 1) return `,"score":${writeTensorRow(tensor, index, rows)}`
  const at = index * width + (width > 1 ? (positiveIndex ?? 0) : 0)
  const decided =
    decision === undefined ? '' : `,"decision":${Number(readElement(tensor.datatype, tensor.data, at)) >= decision.threshold}`
  return `,"score":${elementText(tensor.datatype, tensor.data, at)}${decided}`
}

function writeLabel(outputs: Tensors, name: string | undefined, index: number, rows: number): string {
  const tensor = name === undefined ? undefined : outputs[name]
  if (tensor === undefined || tensor.shape[0] !== rows) return ''
  const width = tensor.data.length / rows
  const text = width === 1 ? elementText(tensor.datatype, tensor.data, index) : writeTensorRow(tensor, index, rows)
  return `,"predicted":${text}`
}
