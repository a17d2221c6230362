/** Reads of a record's line what a replay of its features needs, and refuses what is no record. Pure. */
import type { Json } from '../../../core/digest.ts'
import { parseInstant } from '../../../core/instant.ts'
import type { RecordedLookup } from '../../../features/skew/recorded-lookup.ts'
import { isObject, parseRecordLine, wrongMember } from '../../records/record-line.ts'

/** What a record says of one view, with values as they are written. */
export interface WrittenView extends Pick<RecordedLookup, 'view' | 'as' | 'status' | 'computedAsOfUs'> {
  /** Null: dropped. */
  readonly key: readonly Json[] | null
  readonly values: Readonly<Record<string, Json>>
}

/** What a record says of on-demand features, with values as they are written. */
export interface WrittenOnDemand {
  readonly read: Readonly<Record<string, Json>>
  readonly values: Readonly<Record<string, Json>>
}

export interface WrittenRecord extends Pick<RecordedLookup, 'requestId' | 'rowIndex' | 'version' | 'atUs' | 'latencyUs'> {
  readonly model: string
  readonly release: string | null
  /** Empty: nothing was read of views. */
  readonly views: readonly WrittenView[]
  /** Null: nothing was computed. */
  readonly onDemand: WrittenOnDemand | null
  /** Of the line, for messages. */
  readonly place: string
}

const statuses: readonly unknown[] = ['PRESENT', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'] satisfies readonly RecordedLookup['status'][]

/** Throws `invalid-input` with the place and the member that is wrong. */
export function readRecord(line: string, place: string): WrittenRecord {
  const record = parseRecordLine(line, place)
  const { model, features = [] } = record
  if (typeof model !== 'string' || model === '') throw wrongMember(place, 'model: expected a name', model)
  if (!Array.isArray(features)) throw wrongMember(place, 'features: expected a list of views', features)
  const latencyMs = optional(record, 'latency_ms', isNumber, { place, expected: 'a number' }) ?? 0
  return {
    model,
    place,
    requestId: optional(record, 'request_id', isText, { place, expected: 'a text' }),
    rowIndex: optional(record, 'row_index', isNumber, { place, expected: 'a number' }),
    version: optional(record, 'version', isNumber, { place, expected: 'a number' }),
    release: optional(record, 'release', isText, { place, expected: 'a digest' }),
    atUs: readTime(record.time, place, 'time'),
    latencyUs: BigInt(Math.ceil(Math.max(0, latencyMs) * 1000)),
    views: features.map((view, index) => readView(view, `${place} features[${index}]`)),
    onDemand: record['on_demand'] === undefined ? null : readOnDemand(record['on_demand'], `${place} on_demand`),
  }
}

function readOnDemand(written: unknown, place: string): WrittenOnDemand {
  if (!isObject(written)) throw wrongMember(place, 'expected an object', written)
  const { read, values } = written
  if (!isObject(read)) throw wrongMember(place, 'read: expected an object', read)
  if (!isObject(values)) throw wrongMember(place, 'values: expected an object', values)
  return { read: read as WrittenOnDemand['read'], values: values as WrittenOnDemand['values'] }
}

function readView(written: unknown, place: string): WrittenView {
  if (!isObject(written)) throw wrongMember(place, 'expected an object', written)
  const { view, key = null, status, values, computed_as_of: asOf } = written
  if (!isText(view)) throw wrongMember(place, 'view: expected a name', view)
  if (key !== null && !Array.isArray(key)) throw wrongMember(place, 'key: expected a list', key)
  if (!statuses.includes(status)) throw wrongMember(place, `status: expected ${statuses.join(', ')}`, status)
  if (!isObject(values)) throw wrongMember(place, 'values: expected an object', values)
  return {
    view,
    as: optional(written, 'as', isText, { place, expected: 'a name' }),
    key,
    status: status as WrittenView['status'],
    computedAsOfUs: asOf === undefined ? null : readTime(asOf, place, 'computed_as_of'),
    values: values as WrittenView['values'],
  }
}

function optional<Value>(
  holder: Readonly<Record<string, unknown>>,
  member: string,
  is: (value: unknown) => value is Value,
  { place, expected }: { readonly place: string; readonly expected: string },
): Value | null {
  const value = holder[member]
  if (value === undefined || value === null) return null
  if (is(value)) return value
  throw wrongMember(place, `${member}: expected ${expected}`, value)
}

function readTime(value: unknown, place: string, member: string): bigint {
  const micros = isText(value) ? parseInstant(value) : null
  if (micros === null) throw wrongMember(place, `${member}: expected a time with its zone`, value)
  return micros
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
