/** The newest recorded requests of a model for a replay: from a file that `mainward records` wrote, or from a running reconciler. */
import { basename } from 'node:path'
import type { Json } from '../../core/digest.ts'
import { takenName } from '../../core/online-view.ts'
import type { RecordedRequest } from '../../evaluation/replay/recorded-request.ts'
import type { ControlClient } from '../client/control-client.ts'
import { isObject, parseRecordLine, wrongMember } from '../records/record-line.ts'
import { readLines } from '../records/read-lines.ts'
import { recordsPath } from '../records/records-request.ts'
import { splitLines } from '../records/split-lines.ts'

export interface RequestsWish {
  readonly model: string
  /** How many, the newest. */
  readonly last: number
}

/** Where a replay gets them from. */
export interface RequestsSource {
  /** As the outcome names it. */
  readonly name: string
  newest(wish: RequestsWish): AsyncIterable<RecordedRequest>
}

export function openRequestsFile(file: string): RequestsSource {
  return {
    name: basename(file),
    async *newest(wish) {
      yield* await readRequestsFile(file, wish)
    },
  }
}

export function openLiveRequests(client: ControlClient): RequestsSource {
  return { name: client.address.url, newest: (wish) => fetchRequests(client, wish) }
}

/** The last records of the model in a `.jsonl` or `.jsonl.gz` file, in their order. Throws `not-found`, and `invalid-input` with file and line. */
export async function readRequestsFile(file: string, { model, last }: RequestsWish): Promise<readonly RecordedRequest[]> {
  const newest: RecordedRequest[] = []
  let next = 0
  for await (const { text, place } of readLines(file)) {
    const request = readRequest(text, place, model)
    if (request === null) continue
    newest[next % last] = request
    next += 1
  }
  const first = next > last ? next % last : 0
  return [...newest.slice(first), ...newest.slice(0, first)]
}

/** The last records that a running reconciler has, oldest first, as they arrive. */
async function* fetchRequests(client: ControlClient, { model, last }: RequestsWish): AsyncGenerator<RecordedRequest> {
  const path = recordsPath({ model, last: String(last), environment: null })
  let number = 0
  for await (const line of splitLines(client.read(path))) {
    number += 1
    const request = readRequest(line, `${client.address.url} record ${number}`, model)
    if (request !== null) yield request
  }
}

/** Null: of another model. Throws `invalid-input` with the place. */
function readRequest(line: string, place: string, wanted: string): RecordedRequest | null {
  const record = parseRecordLine(line, place)
  const { model, row, features = [], unit = null, request_id: requestId = null } = record
  if (typeof model !== 'string' || model === '') throw wrongMember(place, 'model: expected a name', model)
  if (model !== wanted) return null
  if (!isObject(row)) throw wrongMember(place, 'row: expected an object of features', row)
  if (!Array.isArray(features)) throw wrongMember(place, 'features: expected a list of views', features)
  const joined = features.map((view, index) => readView(view, `${place} features[${index}]`))
  const { values, read } = readComputed(record['on_demand'], place)
  const fields = Object.assign({}, values, row, ...joined, read) as RecordedRequest['fields']
  return { requestId: textOrNull(requestId), unit: textOrNull(unit), fields }
}

type Values = Readonly<Record<string, Json>>

function readView(written: unknown, place: string): Values {
  if (!isObject(written)) throw wrongMember(place, 'expected an object', written)
  const { values, as = null } = written
  if (!isObject(values)) throw wrongMember(place, 'values: expected an object', values)
  if (as !== null && typeof as !== 'string') throw wrongMember(place, 'as: expected a name', as)
  return Object.fromEntries(Object.entries(values as Values).map(([name, value]) => [takenName(as, name), value]))
}

/** What expressions gave, and what they read: that is before the null policy, and the row after it. */
function readComputed(written: unknown, place: string): { readonly values: Values; readonly read: Values } {
  if (written === undefined || written === null) return { values: {}, read: {} }
  const { values, read } = isObject(written) ? written : { values: null, read: null }
  if (!isObject(values) || !isObject(read)) throw wrongMember(place, 'on_demand: expected read and values', written)
  return { values: values as Values, read: read as Values }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
