/** An expectation together with the relation that it is asked of, and its arguments as what they are. */
import type { Json } from '../../core/digest.ts'
import type { Expectation } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { quoteName } from '../engine/quote.ts'
import type { CheckedRelation } from './checked-relation.ts'

export interface Asked {
  readonly expectation: Expectation
  readonly relation: CheckedRelation
}

export interface AskedColumn {
  readonly column: string
  /** As SQL names it. */
  readonly x: string
  readonly dtype: FeatureDtype
}

export interface ArgumentReader {
  optional(name: string): Json
  flag(name: string): boolean
  text(name: string): string
  texts(name: string): readonly string[]
  column(name: string): AskedColumn
  columns(name: string): readonly AskedColumn[]
}

/** The arguments were checked when the manifest was: what does not fit is a bug here. */
export function readArguments({ expectation, relation }: Asked): ArgumentReader {
  const optional = (name: string): Json => expectation.arguments[name] ?? null
  const text = (name: string): string => {
    const value = optional(name)
    if (typeof value !== 'string') throw new Error(`${expectation.name}: ${name} is no text`)
    return value
  }
  const texts = (name: string): readonly string[] => {
    const value = optional(name)
    if (!Array.isArray(value)) throw new Error(`${expectation.name}: ${name} is no list`)
    return value as readonly string[]
  }
  const find = (column: string): AskedColumn => {
    const dtype = relation.columns.get(column)
    if (dtype === undefined) throw new Error(`${expectation.name}: no column ${column} in ${relation.name}`)
    return { column, x: quoteName(column), dtype }
  }
  return {
    optional,
    flag: (name) => optional(name) === true,
    text,
    texts,
    column: (name) => find(text(name)),
    columns: (name) => texts(name).map(find),
  }
}

/** The row condition as part of a condition, or nothing. The line ends keep a comment at its end from taking more along. */
export function rowCondition({ expectation }: Asked): string | null {
  return expectation.rowCondition === null ? null : `(\n${expectation.rowCondition}\n)`
}

/** Several conditions as one. */
export function allOf(...conditions: readonly (string | null)[]): string {
  const written = conditions.filter((condition) => condition !== null && condition !== 'TRUE')
  return written.length === 0 ? 'TRUE' : written.join(' AND ')
}

/** `count(*)` of the rows that meet a condition. */
export function countWhere(condition: string): string {
  return condition === 'TRUE' ? 'count(*)' : `count(*) FILTER (WHERE ${condition})`
}

/** Counts what is not null in a column, in the rows that meet a condition. */
export function countValues(x: string, condition: string | null): string {
  return condition === null ? `count(${x})` : `count(${x}) FILTER (WHERE ${condition})`
}
