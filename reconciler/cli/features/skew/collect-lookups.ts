/** From lines of records to what is replayed, by the definitions that served them; what cannot be replayed is counted with its reason. */
import type { Json } from '../../../core/digest.ts'
import { MainwardError, messageOf } from '../../../core/error.ts'
import type { FeatureDtype } from '../../../core/feature-dtype.ts'
import { decodeFeatureValue, type FeatureValue } from '../../../core/feature-value.ts'
import { formatInstant } from '../../../core/instant.ts'
import type { RecordedComputation, ReplayOrigin } from '../../../features/skew/replay-on-demand.ts'
import type { RecordedLookup } from '../../../features/skew/recorded-lookup.ts'
import type { ReplaySet } from '../../../features/skew/replay-set.ts'
import type { SkewRecords, SkipReason } from '../../../features/skew/skew-report.ts'
import { viewKeys } from '../../../features/views/join-view.ts'
import type { PlacedLine } from '../../records/read-lines.ts'
import { readRecord, type WrittenRecord, type WrittenView } from './read-record.ts'
import type { DefinitionFinder, RecordedDefinitions } from './recorded-definitions.ts'

export interface CollectedSet extends Omit<ReplaySet, 'pushed'> {
  readonly digests: RecordedDefinitions['digests']
}

export interface CollectedLookups {
  readonly sets: readonly CollectedSet[]
  readonly records: SkewRecords
}

export type RecordLine = Pick<PlacedLine, 'text' | 'place'>

interface ReadLookups {
  readonly lookups: readonly RecordedLookup[]
  readonly computation: RecordedComputation | null
  readonly reasons: ReadonlySet<SkipReason>
}

/** All lookups are held in memory. Throws `invalid-input` for a line that is no record, or has a value that is none of its dtype. */
export async function collectLookups(
  lines: AsyncIterable<RecordLine>,
  model: string,
  finder: DefinitionFinder,
): Promise<CollectedLookups> {
  const sets = new Map<
    RecordedDefinitions,
    { readonly lookups: RecordedLookup[]; readonly computations: RecordedComputation[] }
  >()
  const skipped: Partial<Record<SkipReason, number>> = {}
  const times: { first: bigint | null; last: bigint | null } = { first: null, last: null }
  let [read, replayed] = [0, 0]
  for await (const { text, place } of lines) {
    const record = readRecord(text, place)
    const found = finder.find(record.release, record.version)
    const { lookups, computation, reasons } = readLookups(record, model, found)
    read += 1
    for (const reason of reasons) skipped[reason] = (skipped[reason] ?? 0) + 1
    if (found === null || (lookups.length === 0 && computation === null)) continue
    replayed += 1
    if (times.first === null || record.atUs < times.first) times.first = record.atUs
    if (times.last === null || record.atUs > times.last) times.last = record.atUs
    const own = sets.get(found) ?? { lookups: [], computations: [] }
    sets.set(found, own)
    own.lookups.push(...lookups)
    if (computation !== null) own.computations.push(computation)
  }
  const [first, last] = [times.first, times.last].map((time) => (time === null ? null : formatInstant(time)))
  return {
    sets: [...sets].map(([{ materials, digests }, own]) => ({ materials, digests, ...own })),
    records: { read, replayed, skipped, first: first ?? null, last: last ?? null },
  }
}

function readLookups(record: WrittenRecord, model: string, found: RecordedDefinitions | null): ReadLookups {
  const whole = whyNone(record, model, found)
  if (whole !== null || found === null) return { lookups: [], computation: null, reasons: new Set(whole === null ? [] : [whole]) }
  const reasons = new Set<SkipReason>()
  const lookups = record.views.flatMap((view) => {
    const lookup = readLookup(record, view, found, reasons)
    return lookup === null ? [] : [lookup]
  })
  return { lookups, computation: readComputation(record, found, { lookups, reasons }), reasons }
}

/** Null where there is none, and where something is missing that was read. */
function readComputation(
  record: WrittenRecord,
  { onDemand: known }: RecordedDefinitions,
  { lookups, reasons }: { readonly lookups: readonly RecordedLookup[]; readonly reasons: Set<SkipReason> },
): RecordedComputation | null {
  const { onDemand: written, requestId, rowIndex, version, atUs } = record
  if (written === null || known === null) return null
  const { replay, sent } = known
  const isThere = ({ view, as, feature }: ReplayOrigin): boolean =>
    lookups.some((lookup) => lookup.view === view && lookup.as === as && lookup.values.has(feature))
  const isWhole = [...sent.keys()].every((name) => Object.hasOwn(written.read, name))
  if (!isWhole || !replay.origins.every((origin) => origin === null || isThere(origin))) return skip(reasons, 'droppedRead')
  const place = `${record.place} on_demand`
  const decodeAll = (values: Readonly<Record<string, Json>>, dtypeOf: (name: string) => FeatureDtype | undefined) =>
    new Map(
      Object.entries(values).flatMap(([name, value]) => {
        const dtype = dtypeOf(name)
        return dtype === undefined ? [] : [[name, decode(dtype, value, `${place}: ${name}`)] as const]
      }),
    )
  const dtypes = new Map(replay.program.features.map(({ name, dtype }) => [name, dtype]))
  const read = decodeAll(written.read, (name) => sent.get(name))
  const values = decodeAll(written.values, (name) => dtypes.get(name))
  if (values.size < dtypes.size) reasons.add('droppedValue')
  return { requestId, rowIndex, version, atUs, replay, lookups, read, values }
}

/** Null: there may be something to compare. */
function whyNone(
  { model: own, views, onDemand }: WrittenRecord,
  model: string,
  found: RecordedDefinitions | null,
): SkipReason | null {
  if (own !== model) return 'otherModel'
  if (views.length === 0 && onDemand === null) return 'noFeatures'
  return found === null ? 'unknownRelease' : null
}

/** Null: nothing of it can be compared. */
function readLookup(
  record: WrittenRecord,
  written: WrittenView,
  { materials, roles }: RecordedDefinitions,
  reasons: Set<SkipReason>,
): RecordedLookup | null {
  const view = materials.views.get(written.view)
  if (view === undefined) return skip(reasons, 'unknownView')
  const { key } = written
  if (key === null) return skip(reasons, 'droppedKey')
  const take = roles.find((role) => role.view === written.view && role.as === written.as)?.take ?? []
  if (take.some((name) => !Object.hasOwn(written.values, name))) reasons.add('droppedValue')
  const dtypes = new Map([...view.features, ...view.aggregations].map(({ name, dtype }) => [name, dtype]))
  const place = `${record.place} ${written.view}`
  const values = new Map<string, FeatureValue>()
  for (const [name, value] of Object.entries(written.values)) {
    const dtype = dtypes.get(name)
    if (dtype === undefined) reasons.add('unknownFeature')
    else values.set(name, decode(dtype, value, `${place}: ${name}`))
  }
  if (values.size === 0) return null
  const { requestId, rowIndex, version, atUs, latencyUs } = record
  const { view: name, as, status, computedAsOfUs } = written
  const keys = readKey(viewKeys(view, materials.entities), key, place)
  return { requestId, rowIndex, version, atUs, latencyUs, view: name, as, status, computedAsOfUs, key: keys, values }
}

function skip(reasons: Set<SkipReason>, reason: SkipReason): null {
  reasons.add(reason)
  return null
}

function readKey(
  keys: readonly { readonly key: string; readonly dtype: FeatureDtype }[],
  written: readonly Json[],
  place: string,
): readonly FeatureValue[] {
  if (written.length !== keys.length) {
    throw new MainwardError(
      'invalid-input',
      `${place}: expected a key of ${keys.length} values, found ${JSON.stringify(written)}`,
    )
  }
  return keys.map(({ key, dtype }, index) => decode(dtype, written[index] ?? null, `${place}: key ${key}`))
}

function decode(dtype: FeatureDtype, value: Json, place: string): FeatureValue {
  try {
    const decoded = decodeFeatureValue(dtype, value)
    if (fits(dtype, decoded)) return decoded
  } catch (cause) {
    throw new MainwardError('invalid-input', `${place}: ${messageOf(cause)}`, { cause })
  }
  throw new MainwardError('invalid-input', `${place}: expected a ${dtype}, found ${JSON.stringify(value)}`)
}

/** What is stored fits; a file may hold anything. */
function fits(dtype: FeatureDtype, value: FeatureValue): boolean {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value
  return dtype !== 'int32' || value === null || (typeof value === 'number' && (value | 0) === value)
}
