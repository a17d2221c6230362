/** Writes one row of the tensors that a model was given, as a JSON object by feature name. Compiled once a release. */
import type { InputTensor, Release } from '../../core/release.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'
import { elementText } from './number-text.ts'

/** The row at `index` of `rows`. */
export type WriteRow = (tensors: Tensors, index: number, rows: number) => string

type WriteMembers = (tensor: Tensor, index: number, rows: number) => string

/** Names in `drop` are left out. A feature that several tensors use is written once. */
export function compileRowText({ signature }: Release, drop: ReadonlySet<string>): WriteRow {
  const written = new Set(drop)
  const writers = signature.inputs.map((input) => ({ name: input.name, write: compileInput(input, written) }))
  return (tensors, index, rows) => {
    let text = ''
    for (const { name, write } of writers) {
      const tensor = tensors[name]
      if (tensor !== undefined) text += write(tensor, index, rows)
    }
    return `{${text.slice(1)}}`
  }
}

/** Each member begins with a comma. */
function compileInput({ name, features }: InputTensor, written: Set<string>): WriteMembers {
  if (features === undefined) return compileNested(name, written)
  const columns = features.flatMap((feature, column) => {
    if (written.has(feature)) return []
    written.add(feature)
    return [{ key: `,${JSON.stringify(feature)}:`, column }]
  })
  const width = features.length
  return ({ datatype, data }, index) => {
    let text = ''
    for (const { key, column } of columns) text += key + elementText(datatype, data, index * width + column)
    return text
  }
}

function compileNested(name: string, written: Set<string>): WriteMembers {
  if (written.has(name)) return () => ''
  written.add(name)
  const key = `,${JSON.stringify(name)}:`
  return (tensor, index, rows) => key + writeTensorRow(tensor, index, rows)
}

/** The row's values, nested by the dimensions behind the first; the whole tensor when its first dimension is no row. */
export function writeTensorRow(tensor: Tensor, index: number, rows: number): string {
  const { shape, data } = tensor
  if (shape[0] !== rows) return writeNested(tensor, shape, 0)
  return writeNested(tensor, shape.slice(1), index * (data.length / rows))
}

function writeNested(tensor: Tensor, shape: readonly number[], start: number): string {
  const [size, ...inner] = shape
  if (size === undefined) return elementText(tensor.datatype, tensor.data, start)
  const step = inner.reduce((product, dimension) => product * dimension, 1)
  let text = ''
  for (let index = 0; index < size; index++) text += `${index > 0 ? ',' : ''}${writeNested(tensor, inner, start + index * step)}`
  return `[${text}]`
}
