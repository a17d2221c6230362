/** How a found column becomes the declared one: its expression, and what must hold of each value. Pure. */
import type { SourceColumn } from '../../core/feature-definition.ts'
import { quoteName } from '../engine/quote.ts'
import { localTime } from './local-time.ts'
import { holds, sqlTypes } from './sql-types.ts'

export interface CellCheck {
  readonly column: string
  /** True for a bad value. */
  readonly isBad: string
  /** The value as text, for the message. */
  readonly value: string
  readonly reason: string
  readonly hint: string
}

export interface ColumnPlan {
  readonly name: string
  /** Of the type that the contract demands. */
  readonly sql: string
  readonly checks: readonly CellCheck[]
  /** Of an instant whose `sql` is not the found column itself: the column, and what makes one like it of microseconds. */
  readonly found?: FoundInstant
}

/** Compared with it, statistics of a Parquet file can tell which rows need not be read. */
export interface FoundInstant {
  readonly sql: string
  readonly literal: 'make_timestamptz'
}

export interface FoundColumn {
  readonly sql: string
  /** DuckDB's name. */
  readonly type: string
}

/** Null when the found type does not fit the dtype. */
export function planTyped({ name, dtype }: SourceColumn, { sql, type }: FoundColumn, timeZone: string | null): ColumnPlan | null {
  if (!holds(dtype, type)) return null
  if (dtype !== 'timestamp')
    return { name, sql: type === sqlTypes[dtype] ? sql : `cast(${sql} as ${sqlTypes[dtype]})`, checks: [] }
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return { name, sql: inUtc(sql), checks: [], found: { sql, literal: 'make_timestamptz' } }
  const local = type === 'TIMESTAMP' ? sql : `cast(${sql} as TIMESTAMP)`
  const exact = type === 'TIMESTAMP_NS' ? [nanoseconds(name, sql)] : []
  if (timeZone === null) return { name, sql: local, checks: exact }
  return { name, sql: localTime(local, timeZone).utc, checks: [...exact, ...zoneChecks(name, local, sql, timeZone)] }
}

/** An instant as TIMESTAMP. Asking the calendar of each row, as `at time zone` does, takes eight times as long; infinities need it. */
function inUtc(sql: string): string {
  return `(case when isfinite(${sql}) then make_timestamp(epoch_us(${sql})) else ${sql} at time zone 'UTC' end)`
}

/** A cell of text, strictly: no rounding, no guessing, no time without a zone. */
export function planText({ name, dtype }: SourceColumn, cell: string, timeZone: string | null): ColumnPlan {
  if (dtype === 'string') return { name, sql: cell, checks: [] }
  if (dtype === 'timestamp') return planTimeText(name, cell, timeZone)
  const sql = `try_cast(${cell} as ${sqlTypes[dtype]})`
  const whole = dtype === 'int32' || dtype === 'int64' ? ` or not regexp_full_match(${cell}, '\\s*[+-]?[0-9]+\\s*')` : ''
  const isBad = `(${cell} is not null and (${sql} is null${whole}))`
  const hint = 'correct the cell, or declare the column with the dtype that it has; an empty cell is a null'
  return { name, sql, checks: [{ column: name, isBad, value: cell, reason: `is no ${dtype}`, hint }] }
}

/** DuckDB casts '05:00+02' to the TIMESTAMP 05:00: text with an offset must go by TIMESTAMPTZ. */
function planTimeText(name: string, cell: string, timeZone: string | null): ColumnPlan {
  const hasOffset = `regexp_matches(${cell}, ':[0-9.]+\\s*([zZ]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$')`
  const instant = `(try_cast(${cell} as TIMESTAMPTZ) at time zone 'UTC')`
  const local = `case when not ${hasOffset} then try_cast(${cell} as TIMESTAMP) end`
  const parsed = `case when ${hasOffset} then ${instant} else try_cast(${cell} as TIMESTAMP) end`
  const wrong: CellCheck = {
    column: name,
    isBad: `(${cell} is not null and (${parsed}) is null)`,
    value: cell,
    reason: 'is no time',
    hint: 'write it as 2013-01-01T05:00:00Z; an empty cell is a null',
  }
  if (timeZone !== null) {
    const zoned = localTime(`(${local})`, timeZone)
    const sql = `case when ${hasOffset} then ${instant} else ${zoned.utc} end`
    return { name, sql, checks: [wrong, ...zoneChecks(name, `(${local})`, cell, timeZone)] }
  }
  const zoneless: CellCheck = {
    column: name,
    isBad: `(${cell} is not null and not ${hasOffset})`,
    value: cell,
    reason: 'is a time without a zone',
    hint: 'set `timeZone` of the source (UTC, Europe/Berlin), or write the times with an offset',
  }
  return { name, sql: instant, checks: [wrong, zoneless] }
}

function nanoseconds(column: string, sql: string): CellCheck {
  return {
    column,
    isBad: `(epoch_ns(${sql}) % 1000 <> 0)`,
    value: `cast(${sql} as VARCHAR)`,
    reason: 'has nanoseconds: times are kept to the microsecond',
    hint: 'round the times where the source is written',
  }
}

function zoneChecks(column: string, local: string, value: string, timeZone: string): readonly CellCheck[] {
  const { isAmbiguous, isMissing } = localTime(local, timeZone)
  const shown = `cast(${value} as VARCHAR)`
  const hint = 'write the times of this source with an offset, or in UTC'
  return [
    { column, isBad: isAmbiguous, value: shown, reason: `is ambiguous in ${timeZone}: clocks were set back, it was twice`, hint },
    { column, isBad: isMissing, value: shown, reason: `does not exist in ${timeZone}: clocks were set forward`, hint },
  ]
}

/** `CODE, VALUE` of the first check that a row fails; both null for a good row. */
export function buildCheckColumns(checks: readonly CellCheck[]): { readonly code: string; readonly value: string } {
  if (checks.length === 0) return { code: 'cast(null as INTEGER)', value: 'cast(null as VARCHAR)' }
  const choose = (then: (check: CellCheck, at: number) => string): string =>
    `case ${checks.map((check, at) => `when ${check.isBad} then ${then(check, at)}`).join(' ')} end`
  return { code: choose((_, at) => String(at)), value: choose(({ value }) => value) }
}

export function selectList(plans: readonly ColumnPlan[]): string {
  return plans.map(({ name, sql }) => `${sql} as ${quoteName(name)}`).join(', ')
}
