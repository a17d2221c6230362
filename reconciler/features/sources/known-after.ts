/** Which rows of a source became known after a time, as conditions that the statistics of Parquet files answer. SQL as text. */
import type { SourceDefinition } from '../../core/feature-definition.ts'
import type { SourcePart } from './source-part.ts'

/**
 * Over `part.from`; a row that became known after the time meets exactly one of them, others may meet none. Each compares single columns:
 * an OR of two would have every row read. A row is known at the later of its event and its created time. Throws an
 * Error for a static source.
 */
export function knownAfter({ eventTime, createdTime }: SourceDefinition, part: SourcePart, timeUs: bigint): readonly string[] {
  if (eventTime === null) throw new Error('rows of a static source are known at any time')
  const happened = isAfter(part, eventTime, timeUs)
  if (createdTime === null) return [happened]
  const created = isAfter(part, createdTime, timeUs)
  return [created, `${happened} and not coalesce(${created}, false)`]
}

function isAfter({ columns }: SourcePart, name: string, timeUs: bigint): string {
  const plan = columns.find((column) => column.name === name)
  if (plan === undefined) throw new Error(`a valid source has its time ${name} among its columns`)
  const { sql, literal } = plan.found ?? { sql: plan.sql, literal: 'make_timestamp' }
  return `(${sql}) > ${literal}(${timeUs})`
}
