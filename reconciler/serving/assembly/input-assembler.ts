/**
 * Turns the inputs of an Open Inference Protocol request into a release's input tensors: the model's own tensors, or one
 * tensor a named feature. Compiled once a release; knows no routes and no transport.
 */
import { MainwardError } from '../../core/error.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Datatype, InputTensor, Release } from '../../core/release.ts'
import type { DeclaredTensor } from '../../inference/model.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'
import {
  indexInputs,
  noViews,
  assertUnsent,
  datatypeOfDtype,
  type AssemblyLimits,
  type InferInput,
  type InferInputs,
  type JoinedInputs,
} from './given-inputs.ts'
import { compileCell, largestFloat32, nullRuleOf, placeError, type ReadCell } from '../../inference/rows/cell.ts'
import { checkDataShape, countElements, depthOf, visitElements } from '../../inference/rows/nested-data.ts'
import { createAllocator, storeCell, type WritableData } from '../../inference/rows/tensor-data.ts'
import { applyNullRules, convertColumn, copyColumn, isTyped, type ColumnPlace } from '../../inference/rows/typed-data.ts'

export type { InferInput } from './given-inputs.ts'

export interface InputAssembler {
  /** What a caller sends: named features as columns, other tensors as they are. */
  readonly declared: readonly DeclaredTensor[]
  /** Every name that is understood. */
  readonly names: ReadonlySet<string>
  /** Throws `invalid-input` for inputs that are unknown, missing, doubled, of a wrong datatype or shape. */
  assemble(request: InferInputs): Tensors
}

interface Column {
  readonly name: string
  readonly datatype: Datatype
  readonly read: ReadCell
}

interface CompiledTensor {
  readonly input: InputTensor
  /** Undefined: the caller sends the model's own matrix. */
  readonly columns: readonly Column[] | undefined
  readonly cells: readonly ReadCell[]
  readonly allocate: (length: number) => WritableData
}

/** Throws `unsupported` for a signature that this version can not fill. */
export function compileInputAssembler(release: Release, joined: JoinedInputs = noViews): InputAssembler {
  const dtypes = inputDtypes(release)
  const tensors = release.signature.inputs.map((input) => compileTensor(input, release, dtypes))
  const own = tensors.flatMap(({ input, columns }) => [input.name, ...(columns ?? []).map(({ name }) => name)])
  const names = new Set([...own.filter((name) => isSent(name, joined)), ...joined.keys.map(({ name }) => name)])
  const batched = release.signature.inputs.filter(({ shape }) => shape[0] === -1).map(({ name }) => name)
  return {
    declared: declareInputs(tensors, joined),
    names,
    assemble: (request) => {
      const given = indexInputs(request, names, joined)
      const assembled: Record<string, Tensor> = {}
      for (const tensor of tensors) {
        const found = assembleTensor(tensor, given, request.limits, joined)
        if (found.datatype === 'BYTES') checkTexts(tensor.input.name, found.data as readonly string[], request.limits)
        assembled[tensor.input.name] = found
      }
      checkRows(
        batched.map((name) => assembled[name]?.shape[0] ?? 0),
        request.limits.rows,
      )
      return assembled
    },
  }
}

function compileTensor(input: InputTensor, release: Release, dtypes: ReadonlyMap<string, FeatureDtype>): CompiledTensor {
  const { datatype, features } = input
  if (features === undefined) {
    const cells = [compileCell({ datatype, dtype: undefined, nulls: release.nulls.default })]
    return { input, columns: undefined, cells, allocate: createAllocator(datatype) }
  }
  const columns = features.map((name): Column => {
    const dtype = dtypes.get(name)
    const read = compileCell({ datatype, dtype, nulls: nullRuleOf(release.nulls, name) })
    return { name, datatype: columnDatatype(datatype, dtype), read }
  })
  const cells = features.map((name) => compileCell({ datatype, dtype: undefined, nulls: nullRuleOf(release.nulls, name) }))
  return { input, columns, cells, allocate: createAllocator(datatype) }
}

/** A timestamp in a tensor of numbers is such a number. */
function columnDatatype(datatype: Datatype, dtype: FeatureDtype | undefined): Datatype {
  return dtype === undefined || dtype === 'timestamp' ? datatype : datatypeOfDtype(dtype)
}

/** A feature that several tensors use is declared once; one that is read from a view is not sent, its keys are. */
function declareInputs(tensors: readonly CompiledTensor[], joined: JoinedInputs): readonly DeclaredTensor[] {
  const declared = new Map<string, DeclaredTensor>()
  for (const { input, columns } of tensors) {
    if (columns === undefined) declared.set(input.name, { name: input.name, datatype: input.datatype, shape: input.shape })
    for (const { name, datatype } of columns ?? []) {
      if (isSent(name, joined)) declared.set(name, { name, datatype, shape: [-1] })
    }
  }
  for (const key of joined.keys) if (!declared.has(key.name)) declared.set(key.name, key)
  return [...declared.values()]
}

function isSent(name: string, { sources, computed }: JoinedInputs): boolean {
  return !sources.has(name) && !computed.has(name)
}

function assembleTensor(
  tensor: CompiledTensor,
  given: ReadonlyMap<string, InferInput>,
  limits: AssemblyLimits,
  joined: JoinedInputs,
): Tensor {
  const { input, columns } = tensor
  const matrix = given.get(input.name)
  if (columns === undefined) {
    if (matrix === undefined) throw invalid(`the input "${input.name}" is missing`)
    return assembleMatrix(tensor, matrix, limits)
  }
  const isColumn = columns.some(({ name }) => name === input.name)
  if (matrix === undefined || isColumn) return assembleColumns(tensor, columns, given)
  for (const { name } of columns) {
    assertUnsent(name, `the input "${input.name}" can not be sent as a whole: its column "${name}"`, joined)
  }
  const doubled = columns.find(({ name }) => given.has(name))
  if (doubled !== undefined)
    throw invalid(`"${doubled.name}" is a column of "${input.name}", which is there too: send one of the two`)
  return assembleMatrix(tensor, matrix, limits)
}

function assembleMatrix({ input, cells, allocate }: CompiledTensor, given: InferInput, limits: AssemblyLimits): Tensor {
  try {
    checkDatatype(input.datatype, given)
    const fits =
      given.shape.length === input.shape.length && input.shape.every((size, at) => size === -1 || size === given.shape[at])
    if (!fits) throw invalid(`expected the shape [${input.shape.join(', ')}], found [${given.shape.join(', ')}]`)
    const width = given.shape.at(-1) ?? 1
    if (cells.length > 1 && width !== cells.length) throw invalid(`expected ${cells.length} columns, found ${width}`)
    const count = countElements(given.shape, limits.bodyBytes)
    checkDataShape(given.data, given.shape, count)
    if ((given.shape[0] ?? 1) > limits.rows) throw tooManyRows(given.shape[0] ?? 0, limits.rows)
    return {
      datatype: input.datatype,
      shape: given.shape,
      data: readMatrix(given, { datatype: input.datatype, cells, allocate }, count),
    }
  } catch (error) {
    throw placeError(error, `input "${given.name}"`)
  }
}

interface MatrixParts {
  readonly datatype: Datatype
  readonly cells: readonly ReadCell[]
  readonly allocate: (length: number) => WritableData
}

function readMatrix({ data: source, shape }: InferInput, { datatype, cells, allocate }: MatrixParts, count: number) {
  if (isTyped(source)) return applyNullRules(datatype, source, cells)
  const data = allocate(count)
  const isFloat = datatype === 'FP32' || datatype === 'FP64'
  if (!isFloat || depthOf(source, shape) > 1 || !fillNumbers(source, data)) fillMatrix(source, shape, cells, data)
  return data
}

/** Flat data of plain numbers, which nearly all is, goes straight in. False when something in it needs a closer look. */
function fillNumbers(source: readonly unknown[], data: WritableData): boolean {
  const target = data as Float32Array
  for (let index = 0; index < source.length; index++) {
    const value = source[index]
    if (typeof value !== 'number' || value > largestFloat32 || value < -largestFloat32) return false
    target[index] = value
  }
  return true
}

function fillMatrix(source: readonly unknown[], shape: readonly number[], cells: readonly ReadCell[], data: WritableData): void {
  let next = 0
  visitElements(source, depthOf(source, shape), (value) => {
    const read = cells[next % cells.length]
    if (read === undefined) throw new Error('a tensor has no columns')
    try {
      storeCell(data, next, read(value))
    } catch (error) {
      throw placeError(error, `data[${next}]`)
    }
    next++
  })
}

function assembleColumns(tensor: CompiledTensor, columns: readonly Column[], given: ReadonlyMap<string, InferInput>): Tensor {
  const { input } = tensor
  const first = columns.map(({ name }) => given.get(name)).find((column) => column !== undefined)
  const rows = first?.shape[0] ?? 0
  for (const { name, datatype } of columns) {
    const column = given.get(name)
    if (column === undefined) throw invalid(`the input "${name}" is missing`)
    checkColumn(column, datatype, rows)
  }
  const data = tensor.allocate(rows * columns.length)
  const { datatype } = input
  columns.forEach((column, index) => {
    const source = given.get(column.name)
    if (source === undefined) throw new Error(`the input "${column.name}" was there a moment ago`)
    try {
      fillColumn(column, source, { datatype, data }, { offset: index, stride: columns.length })
    } catch (error) {
      throw placeError(error, `input "${column.name}"`)
    }
  })
  return { datatype, shape: input.shape.length === 1 ? [rows] : [rows, columns.length], data }
}

function checkColumn(column: InferInput, datatype: Datatype, rows: number): void {
  const { name, shape, data } = column
  try {
    checkDatatype(datatype, column)
    const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1)
    if (!isColumn) throw invalid(`expected the shape [n] or [n, 1], found [${shape.join(', ')}]`)
    if (shape[0] !== rows) throw invalid(`expected ${rows} rows like the first input, found ${shape[0] ?? 0}`)
    checkDataShape(data, shape, rows)
  } catch (error) {
    throw placeError(error, `input "${name}"`)
  }
}

interface FilledTensor {
  readonly datatype: Datatype
  readonly data: WritableData
}

function fillColumn(column: Column, { data, shape }: InferInput, target: FilledTensor, place: ColumnPlace): void {
  const { datatype, read } = column
  if (isTyped(data)) {
    const fill = datatype === target.datatype ? copyColumn : convertColumn
    fill({ datatype, data, read }, target.data, place)
    return
  }
  let row = 0
  visitElements(data, depthOf(data, shape), (value) => {
    try {
      storeCell(target.data, row * place.stride + place.offset, read(value))
    } catch (error) {
      throw placeError(error, `data[${row}]`)
    }
    row++
  })
}

function checkDatatype(expected: Datatype, { datatype }: InferInput): void {
  if (datatype !== expected) throw invalid(`expected the datatype ${expected}, found ${datatype}`)
}

function checkTexts(name: string, texts: readonly string[], limits: AssemblyLimits): void {
  if (texts.length > limits.texts)
    throw invalid(`input "${name}": at most ${limits.texts} texts are allowed, found ${texts.length}`)
  const at = texts.findIndex((text) => text.length > limits.textBytes)
  if (at !== -1) throw invalid(`input "${name}": a text may have ${limits.textBytes} bytes, element ${at} has more`)
}

function checkRows(rows: readonly number[], largest: number): void {
  const first = rows[0]
  if (first === undefined) return
  if (first === 0) throw invalid('the request has no rows')
  if (first > largest) throw tooManyRows(first, largest)
  if (rows.some((found) => found !== first)) throw invalid('the inputs differ in their number of rows')
}

function tooManyRows(found: number, largest: number): MainwardError {
  return invalid(`a request may have ${largest} rows, found ${found}`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
