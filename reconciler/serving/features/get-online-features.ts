/** Answers `POST /get-online-features` in Feast's shape: a column for each key and each feature. Framework-free: bytes in, text out. */
import { MainwardError } from '../../core/error.ts'
import { parseJsonBody } from '../protocol/json-body.ts'
import type { ServingLimits } from '../limits.ts'
import type { RouteView } from '../routing/find-route.ts'
import { chooseFeatures, type ChosenFeature } from './chosen-features.ts'
import type { FeatureReader } from './feature-reader.ts'
import type { FeaturesRequest } from './features-schema.ts'
import { readEntities } from './request-entities.ts'
import { rememberTimes, repeatNoTime, repeatText, writeStored } from './value-text.ts'
import { statusOf, valueTextOf, type FeatureStatus, type ViewRow } from './view-row.ts'

export interface FeatureService {
  readonly view: RouteView
  readonly reader: FeatureReader
  readonly limits: ServingLimits
  /** Throws `invalid-input`. */
  readonly validate: (body: unknown) => FeaturesRequest
}

/** Throws `invalid-input`, `not-found`, `unavailable`. */
export async function getOnlineFeatures({ view, reader, limits, validate }: FeatureService, body: Buffer): Promise<string> {
  const request = validate(parseJsonBody(body, limits))
  const { views, features } = chooseFeatures(view, request)
  const { count, lookups } = readEntities(request.entities, views)
  refuseTooMany(count, features.length, limits)
  const found = await reader.read(lookups)
  const writeTime = rememberTimes()
  const times = found.map((rows) => rows.map(({ eventUs }) => writeTime(eventUs)).join(','))
  const keys = Object.entries(request.entities)
  const names = [...keys.map(([name]) => name), ...features.map(({ name }) => name)]
  const columns = [
    ...keys.map(([, values]) => writeKeys(values)),
    ...features.map((feature) => writeColumn(feature, found[feature.view] ?? [], times[feature.view] ?? '')),
  ]
  return `{"metadata":{"feature_names":${JSON.stringify(names)}},"results":[${columns.join(',')}]}`
}

/** What is answered is bounded as what is asked. */
function refuseTooMany(entities: number, features: number, { jsonValues }: ServingLimits): void {
  if (entities * features <= jsonValues) return
  const message = `${entities} entities with ${features} features are ${entities * features} values, a request may have ${jsonValues}`
  throw new MainwardError('invalid-input', message)
}

/** As they were sent. A key that is not known is null. */
function writeKeys(values: readonly unknown[]): string {
  const statuses = values.includes(null)
    ? values.map((value) => (value === null ? '"NULL_VALUE"' : '"PRESENT"')).join(',')
    : repeatText('"PRESENT"', values.length)
  return writeResult(JSON.stringify(values).slice(1, -1), statuses, repeatNoTime(values.length))
}

function writeColumn({ column }: ChosenFeature, rows: readonly ViewRow[], times: string): string {
  const values = new Array<string>(rows.length)
  const statuses = new Array<FeatureStatus>(rows.length)
  let isPresent = true
  rows.forEach((row, index) => {
    const status = statusOf(column, row)
    values[index] = writeStored(column.dtype, valueTextOf(column, row))
    statuses[index] = status
    isPresent &&= status === 'PRESENT'
  })
  const written = isPresent ? repeatText('"PRESENT"', rows.length) : `"${statuses.join('","')}"`
  return writeResult(values.join(','), written, times)
}

function writeResult(values: string, statuses: string, times: string): string {
  return `{"values":[${values}],"statuses":[${statuses}],"event_timestamps":[${times}]}`
}
