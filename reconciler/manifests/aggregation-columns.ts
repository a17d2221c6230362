/** Which columns an aggregation takes, and which dtype its values have. */
import type { AggregateFunction } from '../core/feature-definition.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'
import type { Problem } from './local-finding.ts'

/** What is known of an aggregation and its column; null: not written, or not known. */
export interface TypedAggregation {
  readonly function: AggregateFunction
  readonly column: string | null
  readonly columnDtype: FeatureDtype | null
  readonly dtype: FeatureDtype | null
}

const numeric: readonly FeatureDtype[] = ['int32', 'int64', 'float32', 'float64']
const whole: readonly FeatureDtype[] = ['int32', 'int64']
const floats: readonly FeatureDtype[] = ['float32', 'float64']

/** The dtype of the values where none is written; null when it follows from a column of which none is known. */
export function aggregateDtype(name: AggregateFunction, columnDtype: FeatureDtype | null): FeatureDtype | null {
  switch (name) {
    case 'count':
    case 'count_distinct':
      return 'int64'
    case 'mean':
    case 'stddev':
    case 'quantile':
      return 'float64'
    case 'sum':
      return columnDtype === null ? null : whole.includes(columnDtype) ? 'int64' : 'float64'
    case 'min':
    case 'max':
    case 'first':
    case 'last':
      return columnDtype
  }
}

/** What is wrong with the column's dtype, or null. */
export function columnProblem({ function: name, column, columnDtype }: TypedAggregation): Problem | null {
  const needsNumbers = name === 'sum' || name === 'mean' || name === 'stddev' || name === 'quantile'
  if (columnDtype === null) return null
  const isFit = needsNumbers ? numeric.includes(columnDtype) : columnDtype !== 'bool' || (name !== 'min' && name !== 'max')
  if (isFit) return null
  const expected = needsNumbers ? 'a column of numbers' : 'a column that has an order'
  const message = `expected ${expected} for ${name}, found ${JSON.stringify(column)} (${columnDtype})`
  return { rule: 'aggregation-column', message }
}

/** What is wrong with the written dtype, or null: values must fit into it. */
export function dtypeProblem({ function: name, columnDtype, dtype }: TypedAggregation): Problem | null {
  if (dtype === null) return null
  const allowed = allowedDtypes(name, columnDtype)
  if (allowed === null || allowed.includes(dtype)) return null
  return { rule: 'aggregation-column', message: `expected ${allowed.join(' or ')} as dtype of a ${name}, found ${dtype}` }
}

/** Null: the column is not known, so anything may fit. */
function allowedDtypes(name: AggregateFunction, columnDtype: FeatureDtype | null): readonly FeatureDtype[] | null {
  const natural = aggregateDtype(name, columnDtype)
  if (natural === null) return null
  if (name === 'count' || name === 'count_distinct') return ['int64', 'int32', ...floats]
  if (name === 'mean' || name === 'stddev' || name === 'quantile') return [...floats].reverse()
  return numeric.includes(natural) ? [...new Set([natural, 'float64', 'float32'] as const)] : [natural]
}
