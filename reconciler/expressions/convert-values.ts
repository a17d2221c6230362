/** Values of features on their way into expressions and out of them: the same for the same dtype, wherever they come from. */
import type { FeatureDtype } from '../core/feature-dtype.ts'
import type { FeatureValue } from '../core/feature-value.ts'
import type { OnDemandDtype } from '../core/on-demand-feature.ts'
import type { ExpressionType, Outcome } from './expression-type.ts'
import { finite, wholeNumber } from './strict-operation.ts'

/**
 * The value of an input of a dtype. A NaN is not known, as everywhere; what is infinite, or does not fit into the dtype, can not be
 * computed with. A float32 is rounded to one, so that a decimal of a request is what training has.
 */
export function toOutcome(dtype: FeatureDtype, value: FeatureValue): Outcome {
  if (value === null || Number.isNaN(value)) return null
  switch (dtype) {
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'int32':
    case 'int64':
      return typeof value === 'bigint' ? wholeNumber(value) : Number.isInteger(value) ? wholeNumber(BigInt(value)) : undefined
    case 'timestamp':
      return typeof value === 'bigint' ? value : undefined
    case 'float32':
      return toDouble(value, Math.fround)
    case 'float64':
      return toDouble(value, (number) => number)
  }
}

function toDouble(value: FeatureValue, round: (value: number) => number): Outcome {
  return typeof value === 'number' || typeof value === 'bigint' ? finite(round(Number(value))) : undefined
}

/** Whether a result of the type can be a feature of the dtype. */
export function canBecome(type: ExpressionType, dtype: OnDemandDtype): boolean {
  switch (dtype) {
    case 'bool':
    case 'string':
      return type === dtype
    case 'int32':
    case 'int64':
      return type === 'int'
    case 'float32':
    case 'float64':
      return type === 'double' || type === 'int'
  }
}

/** The result as a feature of the dtype; undefined: it does not fit. Int64 is a bigint, other numbers are numbers. */
export function toFeature(dtype: OnDemandDtype, outcome: Outcome): FeatureValue | undefined {
  if (outcome === null || outcome === undefined) return outcome
  switch (dtype) {
    case 'int32':
      return Number(BigInt.asIntN(32, outcome as bigint)) === Number(outcome) ? Number(outcome) : undefined
    case 'float32':
      return finite(Math.fround(Number(outcome)))
    case 'float64':
      return finite(Number(outcome))
    default:
      return outcome
  }
}
