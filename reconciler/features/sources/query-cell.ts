/** Postgres' text form of values, as cells (PostgreSQL, "Data Type Formatting"; DateStyle ISO, TimeZone UTC). Pure. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Cell } from '../engine/engine.ts'

const time = /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00)?)?$/

/** Undefined when it is none: an infinite time, or one before our era. */
export function parseCell(dtype: FeatureDtype, text: string): Cell | undefined {
  switch (dtype) {
    case 'string':
      return text
    case 'bool':
      return text === 't'
    case 'int32':
      return Number(text)
    case 'int64':
      return BigInt(text)
    case 'float32':
    case 'float64':
      return Number(text)
    case 'timestamp':
      return parseTime(text)
  }
}

function parseTime(text: string): bigint | undefined {
  const found = time.exec(text)
  if (found === null) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? 0))
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return BigInt(date.getTime()) * 1000n + BigInt((found[7] ?? '').padEnd(6, '0'))
}
