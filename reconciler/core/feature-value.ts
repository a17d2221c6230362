/** Values of features as the online store and records write them: JSON that loses nothing. */
import type { Json } from './digest.ts'
import type { FeatureDtype } from './feature-dtype.ts'

/** int64 is a bigint, a timestamp a bigint of microseconds since the epoch, UTC. */
export type FeatureValue = null | boolean | number | bigint | string

/** int64 and timestamps as decimal text; NaN, infinities and -0 as text; float32 as the nearest float64. */
export function encodeFeatureValue(value: FeatureValue): Json {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value
  return Object.is(value, -0) ? '-0' : String(value)
}

/** The value that `encodeFeatureValue` wrote. Throws a TypeError when it is none of the dtype. */
export function decodeFeatureValue(dtype: FeatureDtype, json: Json): FeatureValue {
  if (json === null) return null
  switch (dtype) {
    case 'int64':
    case 'timestamp':
      if (typeof json === 'string' && /^-?\d+$/.test(json)) return BigInt(json)
      break
    case 'int32':
    case 'float32':
    case 'float64':
      if (typeof json === 'number') return json
      if (json === 'NaN' || json === 'Infinity' || json === '-Infinity' || json === '-0') return Number(json)
      break
    case 'bool':
      if (typeof json === 'boolean') return json
      break
    case 'string':
      if (typeof json === 'string') return json
  }
  throw new TypeError(`expected a stored ${dtype}, found ${JSON.stringify(json)}`)
}

/** The key of a row in the online store: its values as a JSON array. Equal keys have equal texts. */
export function encodeEntityKey(values: readonly FeatureValue[]): string {
  return JSON.stringify(values.map(encodeFeatureValue))
}
