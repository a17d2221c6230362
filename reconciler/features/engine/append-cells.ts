/** Cells into a new table of DuckDB: inside the engine's process. Each value must be of its column's type, or null. */
import { DuckDBTimestampValue, type DuckDBAppender } from '@duckdb/node-api'
import type { Cell, EngineColumn } from './engine.ts'

type Append = (appender: DuckDBAppender, value: Exclude<Cell, null>) => void

const int32Limit = 2 ** 31

/** By DuckDB's name of the type; each throws a TypeError for a value of another type. */
const appends: Readonly<Record<string, Append>> = {
  BOOLEAN: (appender, value) => appender.appendBoolean(expectType(value, 'boolean')),
  INTEGER: (appender, value) => appender.appendInteger(expectInt32(value)),
  BIGINT: (appender, value) => appender.appendBigInt(expectInt64(value)),
  FLOAT: (appender, value) => appender.appendFloat(expectType(value, 'number')),
  DOUBLE: (appender, value) => appender.appendDouble(expectType(value, 'number')),
  VARCHAR: (appender, value) => appender.appendVarchar(expectType(value, 'string')),
  TIMESTAMP: (appender, value) => appender.appendTimestamp(new DuckDBTimestampValue(expectInt64(value))),
}

/** One function a column. Throws for a type that rows cannot be loaded into. */
export function planAppend(columns: readonly EngineColumn[]): readonly Append[] {
  return columns.map(({ name, type }) => {
    const append = appends[type]
    if (append !== undefined) return append
    throw new Error(`column ${name} has type ${type}: rows can be loaded into ${Object.keys(appends).join(', ')}`)
  })
}

export function appendRow(appender: DuckDBAppender, plan: readonly Append[], row: readonly Cell[]): void {
  if (row.length !== plan.length) throw new Error(`expected ${plan.length} values in a row, found ${row.length}`)
  for (const [at, append] of plan.entries()) {
    const value = row[at] ?? null
    if (value === null) appender.appendNull()
    else append(appender, value)
  }
  appender.endRow()
}

interface TypeByName {
  readonly boolean: boolean
  readonly number: number
  readonly string: string
}

function expectType<Name extends keyof TypeByName>(value: Cell, name: Name): TypeByName[Name] {
  if (typeof value === name) return value as TypeByName[Name]
  throw new TypeError(`expected a ${name}, found ${describe(value)}`)
}

function expectInt32(value: Cell): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= -int32Limit && value < int32Limit) return value
  throw new TypeError(`expected a whole number of 32 bits, found ${describe(value)}`)
}

function expectInt64(value: Cell): bigint {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value
  throw new TypeError(`expected a bigint of 64 bits, found ${describe(value)}`)
}

function describe(value: Cell): string {
  return `${typeof value} ${String(value).slice(0, 40)}`
}
