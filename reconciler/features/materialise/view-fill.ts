/** What a fill knows of the view that it fills: names, times and orders, worked out once. Pure. */
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { JoinView } from '../join/join-request.ts'
import { buildJoinView, viewKeys } from '../views/join-view.ts'
import { quoteName } from '../engine/quote.ts'

/** Rows are kept so long past their ttl: until then a request learns that they are too old, not that they never were. */
export const keptPastTtlUs = 7n * 86_400_000_000n

export interface ViewFill {
  readonly view: OnlineView
  readonly definition: ViewDefinition
  readonly entities: ReadonlyMap<string, EntityDefinition>
  /** Not quoted; it has the columns of the view's table, and `__row`. */
  readonly relation: string
  /** DuckDB's types of its columns, by name. */
  readonly columnTypes: ReadonlyMap<string, string>
  /** Columns of the relation, in the order of the view's keys. */
  readonly keyColumns: readonly string[]
  /** Microseconds, each once. */
  readonly windowsUs: readonly bigint[]
  /** Greatest age of a row that is kept, itself included; null: any. */
  readonly keptUs: bigint | null
}

export function planViewFill(base: Pick<ViewFill, 'view' | 'definition' | 'entities' | 'relation' | 'columnTypes'>): ViewFill {
  const { definition, entities } = base
  return {
    ...base,
    keyColumns: viewKeys(definition, entities).map(({ column }) => column),
    windowsUs: windowsOf(definition),
    keptUs: keptAge(definition),
  }
}

function windowsOf({ aggregations }: ViewDefinition): readonly bigint[] {
  return [...new Set(aggregations.map(({ windowMs }) => BigInt(windowMs) * 1000n))]
}

/** Greatest age of a row that is kept, itself included, in microseconds; null: any. */
function keptAge(definition: ViewDefinition): bigint | null {
  if (definition.ttlMs === null) return null
  // At least the longest window: while a window holds a row, the row that is newest is there too.
  return windowsOf(definition).reduce(
    (most, each) => (each > most ? each : most),
    BigInt(definition.ttlMs) * 1000n + keptPastTtlUs,
  )
}

/** Rows that happened before this time, in microseconds, are not kept as of `asOfUs`; null: all are. */
export function removedBefore(definition: ViewDefinition, asOfUs: bigint): bigint | null {
  const kept = keptAge(definition)
  return kept === null ? null : asOfUs - kept
}

/**
 * Rows up to this time, in microseconds, count for no value as of `asOfUs`: no window holds them, and as the newest row of an entity they are
 * past what is kept. Null: every row may count, also because a version of a row, whenever it happened, ends the one before it.
 */
export function countedSince(definition: ViewDefinition, asOfUs: bigint): bigint | null {
  const [keptUs, windowsUs] = [keptAge(definition), windowsOf(definition)]
  if (definition.eventTime === null || definition.rowKey.length > 0) return null
  // What is as old as is kept still counts: one microsecond earlier does not.
  if (definition.features.length > 0) return keptUs === null ? null : asOfUs - keptUs - 1n
  return asOfUs - windowsUs.reduce((most, each) => (each > most ? each : most), 0n)
}

/** A time of the row, in microseconds, over the view's relation; static rows are older than everything. */
export function timeExpressions({ definition }: ViewFill): {
  readonly event: string
  readonly created: string
  readonly known: string
} {
  const event = definition.eventTime === null ? beginning : 'epoch_us("__event")'
  const created = `coalesce(epoch_us("__created"), ${event})`
  return { event, created, known: `greatest(${event}, ${created})` }
}

/** Before every time that a TIMESTAMP can hold. */
const beginning = '(-9223372036854775807)::BIGINT'

/** Columns of the answer that are not features. */
export const eventColumn = '__row_event'
export const createdColumn = '__row_created'

/** The view as the join reads it for entities at one time: `k0`, `k1`, … hold the keys of the labels. */
export function fillJoinView(fill: ViewFill, relation: string): JoinView {
  const { definition, entities, columnTypes, view } = fill
  const take = view.features.map(({ name }) => ({ name, as: name }))
  const joined = buildJoinView(definition, entities, { prefix: 'fill', relation, columnTypes, join: {}, take })
  const isRowRead = definition.features.length > 0
  const times = [
    { type: 'feature', column: '__event', as: eventColumn },
    { type: 'feature', column: '__created', as: createdColumn },
  ] as const
  return {
    ...joined,
    keys: fill.keyColumns.map((column, index) => ({ column, label: `k${index}` })),
    ttlUs: fill.keptUs,
    grid: null,
    // One label for each entity: what it meets is never more than the rows that there are.
    isSparse: definition.eventTime !== null && (fill.windowsUs.length > 0 || fill.keptUs !== null),
    take: isRowRead ? [...joined.take, ...times] : joined.take,
  }
}

/** Names of relations that a fill makes in the engine, quoted. */
export function fillRelations({ view }: ViewFill) {
  const named = (part: string): { readonly name: string; readonly quoted: string } => {
    const name = `fill:${part}:${view.name}`
    return { name, quoted: quoteName(name) }
  }
  return { stored: named('stored'), labels: named('labels'), rows: named('rows'), values: named('values') }
}
