/** Dtypes of features and types of DuckDB: which is which, and which goes into which without loss. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'

/** Timestamps are UTC, to the microsecond. */
export const sqlTypes = {
  bool: 'BOOLEAN',
  int32: 'INTEGER',
  int64: 'BIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
} as const satisfies Record<FeatureDtype, string>

const smallIntegers = ['TINYINT', 'SMALLINT', 'UTINYINT', 'USMALLINT']

/** Types whose every value the dtype holds (of TIMESTAMP_NS: whole microseconds, which is checked by row). */
const lossless: Readonly<Record<FeatureDtype, readonly string[]>> = {
  bool: ['BOOLEAN'],
  int32: [...smallIntegers, 'INTEGER'],
  int64: [...smallIntegers, 'INTEGER', 'UINTEGER', 'BIGINT'],
  float32: [...smallIntegers, 'FLOAT'],
  float64: [...smallIntegers, 'INTEGER', 'UINTEGER', 'FLOAT', 'DOUBLE'],
  string: ['VARCHAR', 'UUID'],
  timestamp: ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMP WITH TIME ZONE', 'DATE'],
}

/** Whether every value of DuckDB's type is one of the dtype. */
export function holds(dtype: FeatureDtype, type: string): boolean {
  return lossless[dtype].includes(type) || (dtype === 'string' && type.startsWith('ENUM'))
}
