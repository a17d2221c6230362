/** The kind DataSource: where rows come from, when they were true, when they could be read, what must hold for them. */
import type { Json } from '../../core/digest.ts'
import type { FreshnessRule, SecretRef, SourceColumn, SourcePlace, VolumeRule } from '../../core/feature-definition.ts'
import { durationMs } from '../duration.ts'
import type { WrittenDataSourceSpec } from '../generated/datasource.ts'
import { schemas } from '../generated/schemas.ts'
import { sqlMeaning } from '../sql-meaning.ts'
import { dataSourceChecks } from './data-source-checks.ts'
import { fileFormat } from './file-format.ts'
import type { KindDefinition } from './kind-definition.ts'
import { writtenMembers } from './request-features.ts'
import type { WrittenExpectation } from './written-expectations.ts'

/** A DataSource's spec with every default filled. */
export interface DataSourceSpec {
  readonly place: SourcePlace
  readonly columns: readonly SourceColumn[]
  /** As in SourceDefinition, also what follows. */
  readonly eventTime: string | null
  readonly createdTime: string | null
  readonly timeZone: string | null
  readonly rowKey: readonly string[]
  readonly expectations: readonly WrittenExpectation[]
  /** Null: of any age. */
  readonly freshness: FreshnessRule | null
  /** Null: any number of rows. */
  readonly volume: VolumeRule | null
}

export const dataSourceKind: KindDefinition<WrittenDataSourceSpec, DataSourceSpec | null> = {
  schema: schemas.datasource,
  perEnvironment: false,
  unsupported: [],
  positions: ['/metadata/name', '/spec/file'],
  checks: dataSourceChecks,
  inapplicableDefaults: ({ file }) => (file === undefined ? ['/spec/partitions'] : []),
  normalise(written) {
    const place = readPlace(written)
    if (place === null) return null
    const { columns, freshness, volume } = written
    return {
      place,
      columns,
      eventTime: written.eventTime ?? null,
      createdTime: written.createdTime ?? null,
      timeZone: written.timeZone ?? null,
      rowKey: written.rowKey ?? [],
      expectations: written.expectations ?? [],
      freshness:
        freshness === undefined ? null : { maxAgeMs: durationMs(freshness.maxAge), severity: freshness.severity ?? 'critical' },
      volume:
        volume === undefined
          ? null
          : {
              windowMs: durationMs(volume.window),
              minRows: volume.minRows ?? null,
              maxRows: volume.maxRows ?? null,
              severity: volume.severity ?? 'critical',
            },
    }
  },
  meaning(written) {
    const { freshness, volume } = written
    return writtenMembers({
      ...(trainingMeaning(written) as object),
      expectations: written.expectations,
      freshness: freshness && writtenMembers({ maxAgeMs: durationMs(freshness.maxAge), severity: freshness.severity }),
      volume: volume && writtenMembers({ ...volume, window: undefined, windowMs: durationMs(volume.window) }),
    })
  },
  trainingMeaning,
  references: () => [],
}

/** What is checked of rows changes none of them. */
function trainingMeaning({ expectations: _, freshness: _late, volume: _few, ...written }: WrittenDataSourceSpec): Json {
  const { columns, postgres } = written
  return writtenMembers({
    ...written,
    columns: columns.map(({ name, dtype, unit }) => writtenMembers({ name, dtype, unit })),
    postgres: postgres && { ...postgres, query: sqlMeaning(postgres.query) },
  })
}

/** Null where a check has said what is wrong with it. */
function readPlace({ file, partitions, postgres }: WrittenDataSourceSpec): SourcePlace | null {
  if (file !== undefined) {
    const format = fileFormat(file)
    return format === null ? null : { type: 'files', format, pattern: file, partitions: partitions ?? [] }
  }
  if (postgres === undefined) return null
  const { env, file: secretFile } = postgres.connection.secretRef
  const connection: SecretRef | null = env !== undefined ? { env } : secretFile !== undefined ? { file: secretFile } : null
  return connection === null ? null : { type: 'postgres', query: postgres.query, connection }
}
