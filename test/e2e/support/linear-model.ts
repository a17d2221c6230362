/** A small real ONNX file: a weighted sum of its columns, so that every answer can be computed by hand. Written from onnx.proto3. */

const float = 1

/** `x` [n, weights.length] times the weights gives `y` [n, 1]. */
export function linearModel(weights: readonly number[]): Uint8Array {
  const node = [text(1, 'x'), text(1, 'w'), text(2, 'y'), text(4, 'MatMul')]
  const initializer = [varint(1, weights.length), varint(1, 1), varint(2, float), text(8, 'w'), bytes(9, floats(weights))]
  const graph = [
    message(1, node),
    text(2, 'linear'),
    message(5, initializer),
    message(11, tensor('x', weights.length)),
    message(12, tensor('y', 1)),
  ]
  return Buffer.concat([varint(1, 8), message(7, graph), message(8, [text(1, ''), varint(2, 15)])])
}

/** A ValueInfoProto of rows with this many columns. */
function tensor(name: string, columns: number): readonly Buffer[] {
  const shape = [message(1, [text(2, 'n')]), message(1, [varint(1, columns)])]
  return [text(1, name), message(2, [message(1, [varint(1, float), message(2, shape)])])]
}

function floats(values: readonly number[]): Buffer {
  const written = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => written.writeFloatLE(value, 4 * index))
  return written
}

function varint(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...digits(value)])
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts))
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...digits(content.length)]), content])
}

/** Base 128, the lowest first; all but the last have the high bit. */
function digits(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...digits(value >>> 7)]
}
