/** The kind FeatureView: features of entities, from which rows, over which windows, and how they reach serving. */
import type { Json } from '../../core/digest.ts'
import type { AggregateFunction, Freshness, TestRow, ViewFeature, ViewInput } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { aggregateDtype } from '../aggregation-columns.ts'
import { durationMs } from '../duration.ts'
import type { WrittenAggregation, WrittenFeatureViewSpec, WrittenOnline } from '../generated/featureview.ts'
import { schemas } from '../generated/schemas.ts'
import { sqlMeaning } from '../sql-meaning.ts'
import { featureViewChecks } from './feature-view-checks.ts'
import type { KindDefinition, PointedReference } from './kind-definition.ts'
import { writtenMembers } from './request-features.ts'
import { inputsOf } from './view-inputs.ts'
import type { WrittenExpectation } from './written-expectations.ts'

/** A FeatureView's spec, with every default filled that the view itself tells; what its inputs tell is left out. */
export interface FeatureViewSpec {
  readonly entities: readonly ViewEntitySpec[]
  readonly inputs: readonly ViewInput[]
  readonly transform: string | null
  /** Left out: as the only input has it; also the next two. */
  readonly eventTime?: string
  readonly createdTime?: string
  readonly rowKey?: readonly string[]
  /** Null: any age. */
  readonly ttlMs: number | null
  readonly features: readonly ViewFeature[]
  readonly aggregations: readonly AggregationSpec[]
  readonly expectations: readonly WrittenExpectation[]
  readonly tests: readonly ViewTestSpec[]
  /** Null: offline only. */
  readonly online: Freshness | null
}

export interface ViewEntitySpec {
  readonly name: string
  /** Only what is written: a key that is not here is in the column of its own name. */
  readonly columns: Readonly<Record<string, string>>
}

/** As Aggregation in core, but null for a dtype that follows from the column. */
export interface AggregationSpec {
  readonly name: string
  readonly function: AggregateFunction
  readonly column: string | null
  readonly windowMs: number
  readonly where: string | null
  readonly quantile: number | null
  readonly dtype: FeatureDtype | null
  readonly unit?: string
  readonly description?: string
}

export interface ViewTestSpec {
  readonly name: string
  /** Rows of the only input, or the rows of each by its name. */
  readonly given: readonly TestRow[] | Readonly<Record<string, readonly TestRow[]>>
  readonly expect: readonly TestRow[]
}

export const featureViewKind: KindDefinition<WrittenFeatureViewSpec, FeatureViewSpec> = {
  schema: schemas.featureview,
  perEnvironment: false,
  unsupported: [],
  positions: [
    '/metadata/name',
    '/spec/entities/*/name',
    '/spec/entities/*/columns/*',
    '/spec/sources',
    '/spec/transform',
    '/spec/eventTime',
    '/spec/createdTime',
    '/spec/rowKey/*',
    '/spec/features/*/name',
    '/spec/features/*/dtype',
    '/spec/rowKey',
    '/spec/aggregations',
    '/spec/aggregations/*',
    '/spec/aggregations/*/name',
    '/spec/aggregations/*/column',
    '/spec/aggregations/*/dtype',
    '/spec/expectations/*',
    '/spec/expectations/*/*/*',
    '/spec/tests/*/given',
    '/spec/tests/*/given/*',
    '/spec/tests/*/expect/*',
  ],
  checks: featureViewChecks,
  inapplicableDefaults: ({ online }) =>
    online === undefined ? ['/spec/online'] : online.refresh === undefined ? ['/spec/online/lag'] : [],
  normalise(written) {
    const { eventTime, createdTime, rowKey } = written
    return {
      entities: written.entities.map(({ name, columns }) => ({ name, columns: columns ?? {} })),
      inputs: inputsOf(written),
      transform: written.transform ?? null,
      ...(eventTime === undefined ? {} : { eventTime }),
      ...(createdTime === undefined ? {} : { createdTime }),
      ...(rowKey === undefined ? {} : { rowKey }),
      ttlMs: written.ttl === undefined ? null : durationMs(written.ttl),
      features: written.features ?? [],
      aggregations: (written.aggregations ?? []).map(normaliseAggregation),
      expectations: written.expectations ?? [],
      tests: written.tests ?? [],
      online: normaliseOnline(written.online),
    }
  },
  meaning: (written) =>
    writtenMembers({
      ...(trainingMeaning(written) as object),
      expectations: written.expectations,
      tests: written.tests,
    }),
  trainingMeaning,
  references(manifest) {
    const { spec } = manifest
    const entities = spec.entities.map(({ name }, index): PointedReference => ({
      kind: 'Entity',
      name,
      pointer: `/spec/entities/${index}/name`,
    }))
    const inputs = inputsOf(spec).map(({ kind, name }, index): PointedReference => {
      const pointer = spec.source !== undefined ? '/spec/source' : `/spec/sources/${index}`
      return { kind, name, pointer: kind === 'FeatureView' ? `${pointer}/view` : pointer }
    })
    return [...entities, ...inputs]
  },
}

function normaliseAggregation(written: WrittenAggregation): AggregationSpec {
  const { window, column, where, quantile, dtype, ...others } = written
  return {
    ...others,
    column: column ?? null,
    windowMs: durationMs(window),
    where: where ?? null,
    quantile: quantile ?? null,
    dtype: dtype ?? aggregateDtype(written.function, null),
  }
}

function normaliseOnline(online: WrittenOnline | undefined): Freshness | null {
  if (online === undefined) return null
  if (online.refresh === undefined) return { type: 'exact' }
  return { type: 'grid', refreshMs: durationMs(online.refresh), lagMs: durationMs(online.lag ?? '0s') }
}

/** What is checked of rows, and what tests say, changes no value. */
function trainingMeaning({ expectations: _, tests: _tests, ...written }: WrittenFeatureViewSpec): Json {
  return writtenMembers({
    ...written,
    transform: written.transform && sqlMeaning(written.transform),
    ttl: undefined,
    ttlMs: written.ttl && durationMs(written.ttl),
    features: written.features?.map(({ description: _description, ...feature }) => feature),
    aggregations: written.aggregations?.map(aggregationMeaning),
    online: written.online && onlineMeaning(written.online),
  })
}

function aggregationMeaning({ description: _, window, where, ...others }: WrittenAggregation): Json {
  return writtenMembers({ ...others, windowMs: durationMs(window), where: where && sqlMeaning(where) })
}

function onlineMeaning({ refresh, lag, freshness }: WrittenOnline): Json {
  return writtenMembers({
    freshness,
    refreshMs: refresh && durationMs(refresh),
    lagMs: lag && durationMs(lag),
  })
}
