/** From a push, columns as a data frame has them, to rows of the online store: every value checked by its dtype. Pure. */
import type { Json } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { encodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import { parseInstant, formatInstant } from '../../core/instant.ts'
import { didYouMean } from '../../core/nearest-name.ts'
import type { OnlineView } from '../../core/online-view.ts'
import { describe, largestFloat32, placeError } from '../../inference/rows/cell.ts'
import type { PushedRow } from '../ports.ts'
import { buildEntityKey, readKey } from './entity-key.ts'

/** Feast's name for the time at which a row became true. */
export const eventColumn = 'event_timestamp'

/** How far an event may be ahead of the data clock: clocks of machines differ. */
const aheadMicros = 5_000_000n

/** Bytes of a row's key and of its values in the store: an index entry and a text of Postgres. */
const largestKeyBytes = 2_000
const largestRowBytes = 1024 * 1024

type Columns = Readonly<Record<string, readonly unknown[]>>

/** Throws `invalid-input` with column and row: then none of the push is taken. `nowUs` is the data clock. */
export function readPush(view: OnlineView, df: Columns, nowUs: bigint): readonly PushedRow[] {
  const wanted = [...view.keys.map(({ name }) => name), ...view.features.map(({ name }) => name), eventColumn]
  for (const name of Object.keys(df)) if (!wanted.includes(name)) throw unknownColumn(name, wanted)
  const missing = wanted.find((name) => !Object.hasOwn(df, name))
  if (missing !== undefined)
    throw invalid(`df: the column "${missing}" is missing; the view "${view.name}" has ${wanted.join(', ')}`)
  const count = countRows(df)
  return Array.from({ length: count }, (_, row) => readRow(view, df, row, nowUs))
}

function countRows(df: Columns): number {
  const [first, ...others] = Object.entries(df)
  if (first === undefined) throw invalid('df: it has no columns')
  const other = others.find(([, values]) => values.length !== first[1].length)
  if (other === undefined) return first[1].length
  throw invalid(`df: "${first[0]}" has ${first[1].length} rows, "${other[0]}" has ${other[1].length}: they must be as many`)
}

function readRow(view: OnlineView, df: Columns, row: number, nowUs: bigint): PushedRow {
  const cell = <Value>(name: string, read: (value: unknown) => Value): Value => {
    try {
      return read(df[name]?.[row] ?? null)
    } catch (error) {
      throw placeError(error, `df.${name}[${row}]`)
    }
  }
  const key = buildEntityKey(view.keys.map(({ name, dtype }) => cell(name, (value) => notNull(readKey(dtype, value)))))
  const values = JSON.stringify(
    view.features.map(({ name, dtype }) => cell(name, (value): Json => encodeFeatureValue(readValue(dtype, value)))),
  )
  if (Buffer.byteLength(key.text) > largestKeyBytes)
    throw invalid(`df: the key of row ${row} has more than ${largestKeyBytes} bytes`)
  if (values.length > largestRowBytes) throw invalid(`df: the values of row ${row} have more than ${largestRowBytes} characters`)
  return { key: key.text, eventUs: cell(eventColumn, (value) => readEvent(value, nowUs)), values }
}

function notNull(value: FeatureValue): FeatureValue {
  if (value === null) throw invalid('a key can not be null')
  return value
}

function readEvent(value: unknown, nowUs: bigint): bigint {
  const micros = typeof value === 'string' ? parseInstant(value) : null
  if (micros === null) return refuse('a time in ISO 8601 with its zone (2013-01-01T05:00:00Z)', value)
  if (micros <= nowUs + aheadMicros) return micros
  throw invalid(`${formatInstant(micros)} is after the data clock (${formatInstant(nowUs)}): training would not know the row yet`)
}

/** A float32 is the nearest one; NaN and infinities are texts. */
function readValue(dtype: FeatureDtype, value: unknown): FeatureValue {
  if (dtype === 'float32' || dtype === 'float64') return readFloat(dtype, value)
  if (dtype === 'string') return value === null || typeof value === 'string' ? value : refuse('a string', value)
  return readKey(dtype, value)
}

const floatTexts: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity }

function readFloat(dtype: 'float32' | 'float64', value: unknown): number | null {
  if (value === null) return null
  if (typeof value === 'string' && Object.hasOwn(floatTexts, value)) return floatTexts[value] ?? NaN
  if (typeof value !== 'number') return refuse('a number', value)
  if (dtype === 'float64') return value
  if (Math.abs(value) <= largestFloat32) return Math.fround(value)
  throw invalid(`the number ${value} is too large for float32`)
}

function unknownColumn(name: string, wanted: readonly string[]): MainwardError {
  const hint = didYouMean(name.slice(0, 100), wanted)
  return invalid(`df: there is no column ${describe(name)}; ${hint ?? `expected ${wanted.slice(0, 20).join(', ')}`}`)
}

function refuse(expected: string, value: unknown): never {
  throw invalid(`expected ${expected}, found ${describe(value)}`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
