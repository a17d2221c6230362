/** An ONNX model that answers what it was given, for any datatype: the smallest file that takes hostile values to the runtime. */
import type { Datatype } from '../../../../reconciler/core/release.ts'

/** `TensorProto.DataType` (onnx.proto3). */
const elementTypes = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
} as const satisfies Record<Datatype, number>

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}

/** A field of a protobuf message: bytes, text, or a number. */
function field(number: number, value: Buffer | string | number): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)])
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

/** `x` of shape [n, 2] becomes `y`. */
export function identityModel(datatype: Datatype): Buffer {
  const shape = Buffer.concat([field(1, field(2, 'n')), field(1, field(1, 2))])
  const type = field(1, Buffer.concat([field(1, elementTypes[datatype]), field(2, shape)]))
  const value = (name: string) => Buffer.concat([field(1, name), field(2, type)])
  const node = Buffer.concat([field(1, 'x'), field(2, 'y'), field(4, 'Identity')])
  const graph = Buffer.concat([field(1, node), field(2, 'g'), field(11, value('x')), field(12, value('y'))])
  return Buffer.concat([field(1, 8), field(7, graph), field(8, Buffer.concat([field(1, ''), field(2, 15)]))])
}
