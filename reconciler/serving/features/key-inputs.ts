/** Keys of views that come as tensors named by join key: of any datatype that holds them. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { KeyDtype } from '../../core/feature-definition.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { Datatype } from '../../core/release.ts'
import { placeError } from '../../inference/rows/cell.ts'
import { checkDataShape, depthOf, visitElements } from '../../inference/rows/nested-data.ts'
import { isTyped } from '../../inference/rows/typed-data.ts'
import type { InferInput } from '../assembly/input-assembler.ts'
import { buildEntityKey, readKey, type JoinKeys } from './entity-key.ts'
import type { ViewJoin } from './view-join.ts'

const integers = ['INT64', 'INT32', 'INT16', 'INT8', 'UINT64', 'UINT32', 'UINT16', 'UINT8'] as const

/** The first is the one that metadata names. */
const datatypesOf: Readonly<Record<KeyDtype, readonly Datatype[]>> = {
  string: ['BYTES'],
  bool: ['BOOL'],
  int32: ['INT32', ...integers],
  int64: integers,
  timestamp: ['BYTES', 'INT64'],
}

export function keyDatatype(dtype: KeyDtype): Datatype {
  return datatypesOf[dtype][0] ?? 'BYTES'
}

/** Throws `invalid-input` for a key without a tensor, or with one of a wrong datatype, shape or value. */
export function keysOfInputs({ views, keys }: ViewJoin, inputs: readonly InferInput[], largestRows: number): JoinKeys {
  const columns = new Map<string, readonly FeatureValue[]>()
  for (const [name, { dtype, view }] of keys) {
    const input = inputs.find((given) => given.name === name)
    if (input === undefined) throw invalid(`the input "${name}" is missing, a key of the view "${view}"`)
    columns.set(name, readColumn(input, dtype, inputs, largestRows))
  }
  return views.map(({ keys: own }) => {
    const read = own.map(({ name }) => columns.get(name) ?? [])
    return Array.from({ length: read[0]?.length ?? 0 }, (_, row) => buildEntityKey(read.map((column) => column[row] ?? null)))
  })
}

function readColumn(input: InferInput, dtype: KeyDtype, inputs: readonly InferInput[], largestRows: number) {
  try {
    checkColumn(input, { allowed: datatypesOf[dtype], what: `a key of ${dtype}` }, inputs, largestRows)
    const values: FeatureValue[] = []
    visitInput(input, (value) => {
      try {
        values.push(readKey(dtype, value))
      } catch (error) {
        throw placeError(error, `data[${values.length}]`)
      }
    })
    return values
  } catch (error) {
    throw placeError(error, `input "${input.name}"`)
  }
}

export interface WantedColumn {
  readonly allowed: readonly Datatype[]
  /** For messages. */
  readonly what: string
}

/** As many rows as whatever else is sent: a key of one row does not stand for many. */
export function checkColumn(
  { datatype, shape, data }: InferInput,
  { allowed, what }: WantedColumn,
  inputs: readonly InferInput[],
  most: number,
): void {
  if (!(allowed as readonly string[]).includes(datatype)) {
    throw invalid(
      `expected ${allowed.length > 2 ? 'a datatype of integers' : allowed.join(' or ')} for ${what}, found ${datatype}`,
    )
  }
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1)
  const rows = shape[0] ?? 0
  if (!isColumn) throw invalid(`expected the shape [n] or [n, 1], found [${shape.join(', ')}]`)
  if (rows > most) throw invalid(`a request may have ${most} rows, found ${rows}`)
  const other = inputs.find((given) => given.shape[0] !== rows)
  if (other !== undefined) throw invalid(`it has ${rows} rows, the input "${other.name}" has ${other.shape[0] ?? 0}`)
  checkDataShape(data, shape, rows)
}

/** Booleans that arrived as bytes are booleans. */
export function visitInput({ datatype, shape, data }: InferInput, visit: (value: unknown) => void): void {
  if (!isTyped(data)) visitElements(data, depthOf(data, shape), (value) => visit(datatype === 'BOOL' ? toBoolean(value) : value))
  else for (const value of data) visit(datatype === 'BOOL' ? toBoolean(value) : value)
}

/** JSON may write a BOOL as 0 and 1, as it does for features. */
function toBoolean(value: unknown): unknown {
  return value === 1 ? true : value === 0 ? false : value
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
