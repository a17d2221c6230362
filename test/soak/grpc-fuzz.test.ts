import { describe, it } from 'vitest'
import { anyBytesAreReadOrRefused, whatProtobufWritesIsRead } from '../serving/grpc/support/fuzz.ts'

describe('the reader of gRPC messages, for a million of them', () => {
  it('reads any bytes, or refuses them with invalid-input', () => anyBytesAreReadOrRefused(1_000_000))

  it('reads what protobuf writes', () => whatProtobufWritesIsRead(200_000))
})
