/** From a source's pattern to its files, in the order of their rows. Reads no file. */
import type { SourceDefinition } from '../../core/feature-definition.ts'
import { compareText } from '../../core/finding.ts'
import type { SourceFile, SourceFiles } from '../ports.ts'
import { readPartition } from './partition-values.ts'
import { sourceError } from './source-error.ts'

export interface ResolvedFile extends SourceFile {
  /** By partition, as text; null is Hive's null. */
  readonly partitions: Readonly<Record<string, string | null>>
}

export interface ResolvedSource {
  readonly definition: SourceDefinition
  /** By path; none for a query. The engine must be opened with their local paths. */
  readonly files: readonly ResolvedFile[]
}

/** Throws `source-unusable` when no file matches, or a path lacks a partition. */
export async function resolveSource(definition: SourceDefinition, files: SourceFiles): Promise<ResolvedSource> {
  const { place, name } = definition
  if (place.type === 'postgres') return { definition, files: [] }
  const found = await files.list(place.pattern)
  if (found.length === 0) {
    throw sourceError(
      name,
      `no file matches ${place.pattern}`,
      'check the path: it is from the root of the reconciled path, and case counts',
    )
  }
  const ordered = [...found].sort((a, b) => compareText(a.path, b.path))
  return { definition, files: ordered.map((file) => ({ ...file, partitions: partitionsOf(name, file, place.partitions) })) }
}

function partitionsOf(source: string, { path }: SourceFile, names: readonly string[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    names.map((name) => {
      const value = readPartition(path, name)
      if (value !== undefined) return [name, value]
      const hint = `lay it in a folder ${name}=VALUE, or take ${name} out of the partitions`
      throw sourceError(source, `${path} lies in no folder of the partition ${name}`, hint)
    }),
  )
}
