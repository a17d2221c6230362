/** Types of expressions, and the values that they have. Every number is finite, every int fits into 64 bits. */
import type { FeatureDtype } from '../core/feature-dtype.ts'

/** CEL's names; `null` is the type of the literal alone: any other type may be null, too. */
export type ExpressionType = 'bool' | 'int' | 'double' | 'string' | 'timestamp' | 'duration' | 'null'

/** An int is a bigint, a timestamp a bigint of microseconds since the epoch (UTC), a duration a bigint of microseconds. */
export type ExpressionValue = boolean | bigint | number | string

/** Null: it has no value. Undefined: it could not be computed. */
export type Outcome = ExpressionValue | null | undefined

/** Values by slot: of inputs, then of on-demand features in their order. */
export type Slots = readonly Outcome[]

/** A compiled expression. */
export type Run = (slots: Slots) => Outcome

export interface Typed {
  readonly type: ExpressionType
  readonly run: Run
}

const types: Readonly<Record<FeatureDtype, ExpressionType>> = {
  bool: 'bool',
  int32: 'int',
  int64: 'int',
  float32: 'double',
  float64: 'double',
  string: 'string',
  timestamp: 'timestamp',
}

/** The type by which expressions know values of a dtype. */
export function typeOfDtype(dtype: FeatureDtype): ExpressionType {
  return types[dtype]
}

export function isNumber(type: ExpressionType): boolean {
  return type === 'int' || type === 'double'
}
