/** The on-demand features of a request: what they read of it, and what they are. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { OnDemandValue } from '../../expressions/compile-on-demand.ts'
import { placeError } from '../../inference/rows/cell.ts'
import { readSent } from '../../inference/rows/read-sent.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { datatypeOfDtype, type InferInput } from '../assembly/given-inputs.ts'
import { checkColumn, visitInput } from './key-inputs.ts'
import type { ReadInput } from './on-demand-join.ts'
import { readJoined, type ViewJoin } from './view-join.ts'
import type { ViewRow } from './view-row.ts'

export interface ComputedRow {
  /** In the order of the program's inputs. */
  readonly read: readonly FeatureValue[]
  /** In the order of the program's features. */
  readonly values: readonly OnDemandValue[]
}

/** By view, then by row. */
type FoundRows = readonly (readonly ViewRow[])[]

/** What a request has for an input that is sent, in one row. */
type ReadValue = (input: Extract<ReadInput, { type: 'sent' }>, row: number) => FeatureValue

/** Of some rows of a plain request. Null for a release without on-demand features. Throws `invalid-input` with row and field. */
export function computeOfRows(
  join: ViewJoin,
  found: FoundRows,
  rows: readonly Row[],
  positions: readonly number[],
): readonly ComputedRow[] | null {
  return computeRows(join, found, positions.length, ({ name, dtype }, index) => {
    const position = positions[index] ?? 0
    const row = rows[position] ?? {}
    if (!Object.hasOwn(row, name)) {
      throw invalid(`rows[${position}]: "${name}" is missing; send null when its value is not known`)
    }
    try {
      return readSent(dtype, row[name])
    } catch (error) {
      throw placeError(error, `rows[${position}].${name}`)
    }
  })
}

/** Of the tensors of a request. Throws `invalid-input` with the tensor. */
export function computeOfInputs(
  join: ViewJoin,
  found: FoundRows,
  inputs: readonly InferInput[],
  largestRows: number,
): readonly ComputedRow[] | null {
  const sent = (join.onDemand?.inputs ?? []).flatMap((input) => (input.type === 'sent' ? [input] : []))
  const columns = new Map(sent.map((input) => [input.name, readColumn(input, inputs, largestRows)]))
  const count = inputs[0]?.shape[0] ?? 0
  return computeRows(join, found, count, ({ name }, row) => columns.get(name)?.[row] ?? null)
}

function computeRows(
  { onDemand, views }: ViewJoin,
  found: FoundRows,
  count: number,
  read: ReadValue,
): readonly ComputedRow[] | null {
  if (onDemand === null) return null
  const { program, inputs } = onDemand
  return Array.from({ length: count }, (_, row): ComputedRow => {
    const values = inputs.map((input) => {
      if (input.type === 'sent') return read(input, row)
      const feature = views[input.view]?.features[input.feature]
      const own = found[input.view]?.[row]
      if (feature === undefined || own === undefined) throw new Error(`there is no row ${row} of view ${input.view}`)
      return readJoined(feature, own).value
    })
    return { read: values, values: program.evaluate(values) }
  })
}

function readColumn(
  { name, dtype }: Extract<ReadInput, { type: 'sent' }>,
  inputs: readonly InferInput[],
  largestRows: number,
): readonly FeatureValue[] {
  const input = inputs.find((given) => given.name === name)
  if (input === undefined) throw invalid(`the input "${name}" is missing, which on-demand features read`)
  const values: FeatureValue[] = []
  try {
    const allowed = dtype === 'timestamp' ? (['BYTES', 'INT64'] as const) : ([datatypeOfDtype(dtype)] as const)
    checkColumn(input, { allowed, what: `a ${dtype}` }, inputs, largestRows)
    visitInput(input, (value) => {
      try {
        values.push(readSent(dtype, value))
      } catch (error) {
        throw placeError(error, `data[${values.length}]`)
      }
    })
    return values
  } catch (error) {
    throw placeError(error, `input "${name}"`)
  }
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
