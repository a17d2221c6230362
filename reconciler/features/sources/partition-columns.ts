/** Partitions that a source declares as columns, and their values as SQL. Pure. */
import type { SourceDefinition } from '../../core/feature-definition.ts'
import { quoteText } from '../engine/quote.ts'
import type { ResolvedFile } from './resolve-source.ts'

export function listPartitions({ place, columns }: SourceDefinition): readonly string[] {
  return place.type === 'files' ? place.partitions.filter((name) => columns.some((column) => column.name === name)) : []
}

export function partitionSql({ partitions }: ResolvedFile, name: string): string {
  const value = partitions[name] ?? null
  return value === null ? 'null::varchar' : quoteText(value)
}
