/** Which columns of a sample go into which input of a model, by one rule. Pure; checks no values. */
import type { Json } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Datatype, InputTensor, RequestFeature } from '../../core/release.ts'
import type { DeclaredTensor } from '../../inference/model.ts'
import type { SampleRow } from './parse-sample.ts'

export interface InferredInputs {
  readonly inputs: readonly InputTensor[]
  readonly requestFeatures: readonly RequestFeature[]
  /** The sample with only what the model takes. */
  readonly rows: readonly SampleRow[]
}

export interface InputsQuestion {
  readonly declared: readonly DeclaredTensor[]
  readonly rows: readonly SampleRow[]
  /** Column that is the unit of assignment, no feature. */
  readonly unit: string | null
}

/**
 * An input takes the column of its own name: a list is the row's matrix, which callers will send as it is; a single value
 * a feature. At most one further input takes all columns that are left, in their order in the sample, as its features.
 * Throws `invalid-input` when columns or inputs are left over.
 */
export function inferInputs({ declared, rows, unit }: InputsQuestion): InferredInputs {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const names = new Set(declared.map(({ name }) => name))
  const rest = declared.filter(({ name }) => !columns.includes(name))
  const left = columns.filter((column) => !names.has(column))
  const [taker, ...others] = rest
  if (others.length > 0) throw missingInputs(rest, columns)
  const features =
    taker === undefined ? left.filter((column) => column !== unit) : chooseColumns(taker, { left, sample: columns, unit })
  if (taker === undefined && features.length > 0) throw unknownColumns(features, declared)
  const inputs = declared.map((input) => (input === taker ? columnsTensor(input, features) : ownTensor(input, rows)))
  const taken = new Set(inputs.flatMap((input) => input.features ?? [input.name]))
  return {
    inputs,
    requestFeatures: inputs.flatMap(({ features: own = [], datatype }) =>
      own.map((name) => ({
        name,
        dtype: dtypeOf(
          datatype,
          rows.map((row) => row[name]),
          name,
        ),
      })),
    ),
    rows: rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => taken.has(name)))),
  }
}

interface FreeColumns {
  readonly left: readonly string[]
  /** All of them. */
  readonly sample: readonly string[]
  readonly unit: string | null
}

/** The unit is left out, unless the model's width says that it is a feature too. */
function chooseColumns({ name, shape }: DeclaredTensor, { left, sample, unit }: FreeColumns): readonly string[] {
  const width = shape.length === 1 ? 1 : (shape[1] ?? -1)
  const withoutUnit = left.filter((column) => column !== unit)
  const columns = width === left.length ? left : withoutUnit
  if (columns.length === 0) throw missingInputs([{ name }], sample)
  if (shape.length > 2) {
    throw invalid(`the input "${name}" takes ${showShape(shape)}: expected nested lists in a column "${name}", found none`)
  }
  if (width === -1 || width === columns.length) return columns
  throw invalid(`the input "${name}" takes ${width} columns, the sample has ${columns.length}: ${columns.join(', ')}`)
}

function columnsTensor({ name, datatype, shape }: DeclaredTensor, features: readonly string[]): InputTensor {
  return { name, datatype, shape: shape.length === 1 ? [-1] : [-1, features.length], features }
}

/** A column of the input's own name. A value a row is a feature; a list is the matrix itself. */
function ownTensor({ name, datatype, shape }: DeclaredTensor, rows: readonly SampleRow[]): InputTensor {
  if (shape.length === 0) throw invalid(`the input "${name}" has no dimension for the rows: expected at least one`)
  const inner = shape.slice(1)
  const isList = rows.some((row) => Array.isArray(row[name]))
  if (isList) return { name, datatype, shape: [-1, ...inner] }
  const width = inner.reduce((product, size) => product * size, 1)
  if (inner.length <= 1 && (width === 1 || width === -1)) {
    return { name, datatype, shape: inner.length === 0 ? [-1] : [-1, 1], features: [name] }
  }
  throw invalid(`the input "${name}" takes ${showShape(shape)}: expected a list in the column "${name}", found one value`)
}

/** In the words of manifests. Only true and false say more than the tensor's datatype. */
function dtypeOf(datatype: Datatype, values: readonly (Json | undefined)[], name: string): FeatureDtype {
  const known = values.filter((value) => value !== null && value !== undefined)
  if (datatype === 'BYTES') return 'string'
  if (datatype === 'BOOL') return 'bool'
  const text = known.find((value) => typeof value === 'string' && !/^-?\d+$/.test(value))
  if (text !== undefined) {
    throw invalid(`the column "${name}" goes into a tensor of ${datatype}: expected numbers, found ${JSON.stringify(text)}`)
  }
  if (known.length > 0 && known.every((value) => typeof value === 'boolean')) return 'bool'
  switch (datatype) {
    case 'FP16':
    case 'FP32':
      return 'float32'
    case 'FP64':
      return 'float64'
    case 'INT64':
    case 'UINT64':
    case 'UINT32':
      return 'int64'
    default:
      return 'int32'
  }
}

function missingInputs(inputs: readonly { readonly name: string }[], columns: readonly string[]): MainwardError {
  const names = inputs.map(({ name }) => `"${name}"`).join(', ')
  const noun = inputs.length === 1 ? 'input' : 'inputs'
  return invalid(`the sample has no column for the ${noun} ${names}: found ${columns.length === 0 ? 'none' : columns.join(', ')}`)
}

function unknownColumns(columns: readonly string[], declared: readonly DeclaredTensor[]): MainwardError {
  const names = declared.map(({ name }) => `"${name}"`).join(', ')
  return invalid(`the model has the inputs ${names}, which the sample fills; nothing takes the columns ${columns.join(', ')}`)
}

function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message, {
    hint: 'the sample has a column for each feature in the order of training, or a list under the name of the input',
  })
}
