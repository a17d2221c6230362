/** Turns columns of rows into a model's input tensors: bit by bit those that serving makes of the same rows, column by column. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { Datatype, InputTensor } from '../../core/release.ts'
import { compileCell, largestFloat32, nullRuleOf, placeError, type ReadCell } from '../../inference/rows/cell.ts'
import type { RowLayout } from '../../inference/rows/row-assembler.ts'
import { allocateData, storeCell, type WritableData } from '../../inference/rows/tensor-data.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'
import type { RowBatch, RowColumn } from '../evaluation-rows.ts'
import type { RowRange } from './row-scorer.ts'

export interface ColumnAssembler {
  /** Names of the features that rows must have. */
  readonly fields: readonly string[]
  /** One tensor an input of the model. Throws `invalid-input` with row (`firstRow` is the batch's first) and feature. */
  assemble(features: RowBatch['features'], range: RowRange, firstRow: number): Tensors
}

interface Column {
  readonly name: string
  readonly read: ReadCell
  /** Whether a number goes straight in. */
  readonly isPlain: boolean
}

/** Throws `unsupported` for an input whose columns have no names. */
export function compileColumnAssembler(layout: RowLayout): ColumnAssembler {
  const dtypes = inputDtypes(layout)
  const tensors = layout.signature.inputs.map((input) => ({ input, columns: compileColumns(input, layout, dtypes) }))
  return {
    fields: [...new Set(tensors.flatMap(({ columns }) => columns.map(({ name }) => name)))],
    assemble: (features, range, firstRow) => {
      const assembled: Record<string, Tensor> = {}
      for (const { input, columns } of tensors) {
        const data = allocateData(input.datatype, range.size * columns.length)
        for (const [offset, column] of columns.entries()) {
          fill(data, column, valuesOf(features, column.name), { ...range, offset, width: columns.length, firstRow })
        }
        const shape = input.shape.length === 1 ? [range.size] : [range.size, columns.length]
        assembled[input.name] = { datatype: input.datatype, shape, data }
      }
      return assembled
    },
  }
}

function compileColumns(
  { name, datatype, features }: InputTensor,
  layout: RowLayout,
  dtypes: ReadonlyMap<string, FeatureDtype>,
): readonly Column[] {
  if (features === undefined) {
    throw new MainwardError('unsupported', `the input "${name}" has no named features: its rows can not be made of a dataset`, {
      hint: 'name the columns of the input in the signature',
    })
  }
  return features.map((feature) => {
    const dtype = dtypes.get(feature)
    const read = compileCell({ datatype, dtype, nulls: nullRuleOf(layout.nulls, feature) })
    return { name: feature, read, isPlain: takesNumbers(datatype, dtype) }
  })
}

function takesNumbers(datatype: Datatype, dtype: FeatureDtype | undefined): boolean {
  return (datatype === 'FP32' || datatype === 'FP64') && (dtype === undefined || dtype === 'float32' || dtype === 'float64')
}

function valuesOf(features: RowBatch['features'], name: string): RowColumn {
  const values = Object.hasOwn(features, name) ? features[name] : undefined
  if (values === undefined) throw new MainwardError('invalid-input', `the rows have no column "${name}", which the model reads`)
  return values
}

interface Place extends RowRange {
  readonly offset: number
  readonly width: number
  readonly firstRow: number
}

function fill(data: WritableData, { name, read, isPlain }: Column, values: RowColumn, place: Place): void {
  const { start, count, size, offset, width, firstRow } = place
  for (let index = 0; index < size; index += 1) {
    const row = start + Math.min(index, count - 1)
    const value = values[row]
    const at = index * width + offset
    if (isPlain && typeof value === 'number' && value <= largestFloat32 && value >= -largestFloat32) {
      data[at] = value
      continue
    }
    try {
      storeCell(data, at, read(Number.isNaN(value) ? null : value))
    } catch (error) {
      throw placeError(error, `row ${firstRow + row}, "${name}"`)
    }
  }
}
