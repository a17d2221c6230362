/** The small messages of the protocol: liveness, readiness, metadata, repository index, health. Knows no transport. */
import type { DeclaredTensor } from '../../../inference/model.ts'
import type { IndexEntry, ModelMetadata } from '../../protocol/metadata.ts'
import { FieldBudget, WireReader } from '../wire/wire-reader.ts'
import { WireWriter } from '../wire/wire-writer.ts'

/** These messages have two fields; who sends more has a reason that this server does not know. */
const largestFields = 10_000

/** Which model, or version of it, a request is about: the fields 1 and 2 of several messages. */
export interface NamedModel {
  readonly name: string
  /** Null: none was named. */
  readonly version: string | null
}

export function readNamedModel(message: Buffer): NamedModel {
  const reader = new WireReader(message, new FieldBudget(largestFields))
  let [name, version] = ['', '']
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) version = reader.text()
    else reader.skip()
  }
  return { name, version: version === '' ? null : version }
}

/** A message without fields that count: every byte of it must still be one of protobuf. */
export function readEmpty(message: Buffer): void {
  const reader = new WireReader(message, new FieldBudget(largestFields))
  while (reader.next()) reader.skip()
}

/** `RepositoryIndexRequest`: whether only what is ready is asked for. */
export function readIndexRequest(message: Buffer): boolean {
  const reader = new WireReader(message, new FieldBudget(largestFields))
  let onlyReady = false
  while (reader.next()) {
    if (reader.field === 2) onlyReady = reader.bool()
    else reader.skip()
  }
  return onlyReady
}

/** `HealthCheckRequest`: the service. */
export function readHealthRequest(message: Buffer): string {
  return readNamedModel(message).name
}

/** `ServerLiveResponse`, `ServerReadyResponse`, `ModelReadyResponse`. */
export function writeTruth(head: number, value: boolean): Buffer {
  return new WireWriter(head, 8).bool(1, value).finish()
}

export function writeServerMetadata(head: number, version: string, extensions: readonly string[]): Buffer {
  const writer = new WireWriter(head).text(1, 'mainward').text(2, version)
  for (const extension of extensions) writer.requiredText(3, extension)
  return writer.finish()
}

export function writeModelMetadata(head: number, { name, versions, platform, inputs, outputs }: ModelMetadata): Buffer {
  const writer = new WireWriter(head).text(1, name)
  for (const version of versions) writer.requiredText(2, version)
  writer.text(3, platform)
  for (const input of inputs) writeTensorMetadata(writer, 4, input)
  for (const output of outputs) writeTensorMetadata(writer, 5, output)
  return writer.finish()
}

function writeTensorMetadata(writer: WireWriter, field: number, { name, datatype, shape }: DeclaredTensor): void {
  writer.message(field, (tensor) => tensor.text(1, name).text(2, datatype).packedIntegers(3, shape))
}

export function writeIndex(head: number, entries: readonly IndexEntry[]): Buffer {
  const writer = new WireWriter(head)
  for (const { name, version, state, reason } of entries) {
    writer.message(1, (entry) => entry.text(1, name).text(2, version).text(3, state).text(4, reason))
  }
  return writer.finish()
}

/** `HealthCheckResponse.ServingStatus`. */
export const healthStatus = { serving: 1, notServing: 2, serviceUnknown: 3 } as const

export function writeHealth(head: number, status: number): Buffer {
  return new WireWriter(head, 8).integer(1, status).finish()
}
