/** Turns rows by feature name into a model's input tensors. Compiled once a release; knows no protocol and no routes. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { InputTensor, Release } from '../../core/release.ts'
import type { Tensor, Tensors } from '../tensor.ts'
import { compileCell, largestFloat32, nullRuleOf, placeError, type ReadCell } from './cell.ts'
import { checkDataShape, depthOf, visitElements } from './nested-data.ts'
import { allocateData, createAllocator, storeCell, type WritableData } from './tensor-data.ts'

/** What decides how a row becomes tensors. */
export type RowLayout = Pick<Release, 'signature' | 'requestFeatures' | 'onDemand' | 'nulls' | 'views'>

export type Row = Readonly<Record<string, unknown>>

export interface RowAssembler {
  /** Every name that a row must have: features, and tensors without named features. */
  readonly fields: ReadonlySet<string>
  /**
   * One tensor an input of the model, its rows in the order of `positions`. Throws `invalid-input` with row and
   * feature for a value that is missing, of a wrong type, or refused by the null policy.
   */
  assemble(rows: readonly Row[], positions: readonly number[]): Tensors
}

type AssembleTensor = (rows: readonly Row[], positions: readonly number[]) => Tensor

interface Column {
  readonly name: string
  readonly read: ReadCell
}

/** Throws `unsupported` for a signature that this version can not fill. */
export function compileRowAssembler(layout: RowLayout): RowAssembler {
  const dtypes = inputDtypes(layout)
  const tensors = layout.signature.inputs.map((input) => ({ name: input.name, assemble: compileTensor(input, layout, dtypes) }))
  return {
    fields: new Set(layout.signature.inputs.flatMap(({ name, features }) => features ?? [name])),
    assemble: (rows, positions) => {
      const assembled: Record<string, Tensor> = {}
      for (const { name, assemble } of tensors) assembled[name] = assemble(rows, positions)
      return assembled
    },
  }
}

type Dtypes = ReadonlyMap<string, FeatureDtype>

function compileTensor(input: InputTensor, layout: RowLayout, dtypes: Dtypes): AssembleTensor {
  return input.features === undefined ? compileMatrix(input, layout) : compileColumns(input, input.features, layout, dtypes)
}

function compileColumns(input: InputTensor, features: readonly string[], layout: RowLayout, dtypes: Dtypes): AssembleTensor {
  const { datatype } = input
  const columns = features.map((name): Column => {
    return { name, read: compileCell({ datatype, dtype: dtypes.get(name), nulls: nullRuleOf(layout.nulls, name) }) }
  })
  const width = columns.length
  const plainFloats = features.map((name) => acceptsAnyNumber(dtypes.get(name)))
  const fill = datatype === 'FP32' || datatype === 'FP64' ? compileFloatRow(columns, plainFloats) : compileRow(columns)
  const allocate = createAllocator(datatype)
  return (rows, positions) => {
    const count = positions.length
    const data = allocate(count * width)
    for (let index = 0; index < count; index++) {
      const position = positions[index] ?? 0
      fill(data, index * width, rowAt(rows, position), position)
    }
    return { datatype, shape: input.shape.length === 1 ? [count] : [count, width], data }
  }
}

function acceptsAnyNumber(dtype: FeatureDtype | undefined): boolean {
  return dtype === undefined || dtype === 'float32' || dtype === 'float64'
}

/** Numbers go straight in; everything else takes the careful way. */
function compileFloatRow(columns: readonly Column[], plain: readonly boolean[]) {
  const names = columns.map(({ name }) => name)
  return (data: WritableData, offset: number, row: Row, position: number): void => {
    for (let index = 0; index < names.length; index++) {
      const value = row[names[index] ?? '']
      if (plain[index] === true && typeof value === 'number' && value <= largestFloat32 && value >= -largestFloat32) {
        data[offset + index] = value
        continue
      }
      fillCell(columns, index, { data, offset, row, position })
    }
  }
}

function compileRow(columns: readonly Column[]) {
  return (data: WritableData, offset: number, row: Row, position: number): void => {
    for (let index = 0; index < columns.length; index++) fillCell(columns, index, { data, offset, row, position })
  }
}

interface RowPlace {
  readonly data: WritableData
  readonly offset: number
  readonly row: Row
  readonly position: number
}

function fillCell(columns: readonly Column[], index: number, { data, offset, row, position }: RowPlace): void {
  const column = columns[index]
  if (column === undefined) throw new Error(`there is no column ${index}`)
  if (!Object.hasOwn(row, column.name)) throw missing(column.name, position)
  try {
    storeCell(data, offset + index, column.read(row[column.name]))
  } catch (error) {
    throw placeError(error, `rows[${position}].${column.name}`)
  }
}

function compileMatrix({ name, datatype, shape }: InputTensor, layout: RowLayout): AssembleTensor {
  const read = compileCell({ datatype, dtype: undefined, nulls: layout.nulls.default })
  const inner = shape.slice(1)
  return (rows, positions) => {
    const values = positions.map((position) => readMatrixRow(rowAt(rows, position), name, position, inner.length))
    const sizes = resolveSizes(inner, values[0] ?? [])
    const width = sizes.reduce((product, size) => product * size, 1)
    values.forEach((value, index) => {
      placed(`rows[${positions[index] ?? 0}].${name}`, () => checkDataShape(value, sizes, width))
    })
    const data = allocateData(datatype, values.length * width)
    let next = 0
    values.forEach((value, index) => {
      placed(`rows[${positions[index] ?? 0}].${name}`, () => {
        visitElements(value, depthOf(value, sizes), (element) => storeCell(data, next++, read(element)))
      })
    })
    return { datatype, shape: [positions.length, ...sizes], data }
  }
}

function readMatrixRow(row: Row, name: string, position: number, rank: number): readonly unknown[] {
  if (!Object.hasOwn(row, name)) throw missing(name, position)
  const value = row[name]
  if (Array.isArray(value)) return value as readonly unknown[]
  if (rank <= 1) return [value]
  throw new MainwardError('invalid-input', `rows[${position}].${name}: expected nested arrays of ${rank} dimensions`)
}

/** Free dimensions take the size that the first row has there. */
function resolveSizes(sizes: readonly number[], first: readonly unknown[]): readonly number[] {
  let level: unknown = first
  return sizes.map((size) => {
    const found = Array.isArray(level) ? level.length : 0
    level = Array.isArray(level) ? level[0] : undefined
    return size === -1 ? found : size
  })
}

function placed(place: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw placeError(error, place)
  }
}

function missing(name: string, position: number): MainwardError {
  return new MainwardError('invalid-input', `rows[${position}]: "${name}" is missing; send null when its value is not known`)
}

function rowAt(rows: readonly Row[], position: number): Row {
  const row = rows[position]
  if (row === undefined) throw new Error(`there is no row ${position}`)
  return row
}
