/** The messages of the protocol by an independent codec: protobufjs, from the text in `schemas/grpc`. */
import { join } from 'node:path'
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader'
import { packageRoot } from '../../../../reconciler/core/package-root.ts'

const definition = loadSync(['inference.proto', 'health.proto'], {
  includeDirs: [join(packageRoot, 'schemas/grpc')],
  longs: String,
  enums: String,
  keepCase: true,
  defaults: true,
  bytes: Buffer,
})

function typeOf(name: string): MessageTypeDefinition<object, object> {
  const found = definition[name.includes('.') ? name : `inference.${name}`]
  if (found === undefined || !('format' in found)) throw new Error(`there is no message ${name}`)
  return found as MessageTypeDefinition<object, object>
}

export function encode(name: string, value: object): Buffer {
  return typeOf(name).serialize(value)
}

/** 64-bit numbers as decimal text. */
export function decode<Value = Record<string, unknown>>(name: string, bytes: Buffer): Value {
  return typeOf(name).deserialize(bytes) as Value
}
