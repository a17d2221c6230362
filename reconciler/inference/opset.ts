/**
 * Reads the operator set that a model file was written for. Walks the outermost fields of the file's protocol buffer
 * (onnx.proto: ModelProto.opset_import = 8; OperatorSetIdProto.domain = 1, version = 2) and builds nothing.
 */

interface Field {
  readonly number: number
  /** A varint's value; null for other fields. */
  readonly value: number | null
  /** A length-delimited field's bytes; null for other fields. */
  readonly content: Uint8Array | null
}

const opsetImport = 8
const domainField = 1
const versionField = 2

/** The version of ONNX's own operators (the domain without a name); null when the bytes do not say one. */
export function readOpset(bytes: Uint8Array): number | null {
  for (const { number, content } of readFields(bytes)) {
    if (number !== opsetImport || content === null) continue
    const fields = [...readFields(content)]
    const domain = Buffer.from(fields.find((field) => field.number === domainField)?.content ?? []).toString('utf8')
    if (domain === '' || domain === 'ai.onnx') return fields.find((field) => field.number === versionField)?.value ?? null
  }
  return null
}

/** Stops at the first byte that can not be read: what came before counts. */
function* readFields(bytes: Uint8Array): Generator<Field> {
  let at = 0
  while (at < bytes.length) {
    const key = readVarint(bytes, at)
    if (key === null) return
    const field = readField(bytes, key.end, key.value)
    if (field === null) return
    yield field.field
    at = field.end
  }
}

function readField(bytes: Uint8Array, at: number, key: number): { readonly field: Field; readonly end: number } | null {
  const number = Math.floor(key / 8)
  switch (key % 8) {
    case 0: {
      const varint = readVarint(bytes, at)
      return varint === null ? null : { field: { number, value: varint.value, content: null }, end: varint.end }
    }
    case 1:
      return { field: { number, value: null, content: null }, end: at + 8 }
    case 2: {
      const length = readVarint(bytes, at)
      if (length === null || length.end + length.value > bytes.length) return null
      const end = length.end + length.value
      return { field: { number, value: null, content: bytes.subarray(length.end, end) }, end }
    }
    case 5:
      return { field: { number, value: null, content: null }, end: at + 4 }
    default:
      return null
  }
}

/** Exact up to 2^53. */
function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } | null {
  let value = 0
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) return null
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  return null
}
