/**
 * From the definitions that a ModelVersion embeds to those that serving and materialising work with. A member that is not
 * written says "none", for ever: no default of a later version of Mainward changes what an old version means.
 */
import type { Json } from '../../core/digest.ts'
import type {
  Aggregation,
  Freshness,
  SecretRef,
  SourceDefinition,
  SourcePlace,
  ViewDefinition,
} from '../../core/feature-definition.ts'
import type { FeatureClosure } from '../../core/online-view.ts'
import { durationMs } from '../duration.ts'
import type {
  WrittenDefinitions,
  WrittenEmbeddedAggregation,
  WrittenEmbeddedOnline,
  WrittenEmbeddedPlace,
  WrittenEmbeddedSecret,
  WrittenEmbeddedSource,
  WrittenEmbeddedView,
} from '../generated/modelversion.ts'
import { writtenMembers } from '../kinds/request-features.ts'

/** Total for everything that the schema lets through. */
export function readDefinitions({ entities, sources, views }: WrittenDefinitions): FeatureClosure {
  return {
    entities: entities.map(({ name, keys }) => ({ name, keys })),
    sources: sources.map(readSource),
    views: views.map(readView),
  }
}

function readSource(written: WrittenEmbeddedSource): SourceDefinition {
  return {
    name: written.name,
    place: readPlace(written.place),
    columns: written.columns,
    eventTime: written.eventTime ?? null,
    createdTime: written.createdTime ?? null,
    timeZone: written.timeZone ?? null,
    rowKey: written.rowKey ?? [],
  }
}

function readPlace({ files, postgres }: WrittenEmbeddedPlace): SourcePlace {
  if (files !== undefined) {
    return { type: 'files', format: files.format, pattern: files.pattern, partitions: files.partitions ?? [] }
  }
  if (postgres === undefined) throw new Error('a valid version says where its sources are')
  return { type: 'postgres', query: postgres.query, connection: readSecret(postgres.connection.secretRef) }
}

function readSecret({ env, file }: WrittenEmbeddedSecret): SecretRef {
  if (env !== undefined) return { env }
  if (file === undefined) throw new Error('a valid version says where its secrets are')
  return { file }
}

function readView(written: WrittenEmbeddedView): ViewDefinition {
  return {
    name: written.name,
    entities: written.entities,
    inputs: written.inputs,
    transform: written.transform ?? null,
    eventTime: written.eventTime ?? null,
    createdTime: written.createdTime ?? null,
    rowKey: written.rowKey ?? [],
    ttlMs: written.ttl === undefined ? null : durationMs(written.ttl),
    features: written.features ?? [],
    aggregations: (written.aggregations ?? []).map(readAggregation),
    online: written.online === undefined ? null : readOnline(written.online),
  }
}

function readAggregation({ window, column, where, quantile, ...others }: WrittenEmbeddedAggregation): Aggregation {
  return { ...others, column: column ?? null, windowMs: durationMs(window), where: where ?? null, quantile: quantile ?? null }
}

function readOnline({ grid }: WrittenEmbeddedOnline): Freshness {
  if (grid === undefined) return { type: 'exact' }
  return { type: 'grid', refreshMs: durationMs(grid.refresh), lagMs: durationMs(grid.lag) }
}

/**
 * What a digest covers of them: everything but what is for people, as it is written. What reading makes of it may get more
 * members one day; the digest of an old version stays.
 */
export function definitionsMeaning(written: WrittenDefinitions | undefined): Json | undefined {
  if (written === undefined) return undefined
  const { entities, sources, views } = written
  return writtenMembers({
    entities,
    sources: sources.map((source) => ({ ...source, columns: source.columns.map(withoutDescription) })),
    views: views.map(({ features, aggregations, ...view }) =>
      writtenMembers({
        ...view,
        features: features?.map(withoutDescription),
        aggregations: aggregations?.map(withoutDescription),
      }),
    ),
  })
}

function withoutDescription<Described extends { readonly description?: string }>(
  described: Described,
): Omit<Described, 'description'> {
  const { description: _, ...others } = described
  return others
}
