/** Rebuilds an object from its base and a delta (gitformat-pack, "Deltified representation"). */

interface Cursor {
  at: number
}

/** Throws when base, delta and result do not fit together. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const cursor: Cursor = { at: 0 }
  const baseLength = readSize(delta, cursor)
  const length = readSize(delta, cursor)
  if (baseLength !== base.length) throw new Error(`a delta expects a base of ${baseLength} bytes, found ${base.length}`)
  const result = Buffer.allocUnsafe(length)
  let written = 0
  while (cursor.at < delta.length) {
    const code = readByte(delta, cursor)
    if (code === 0) throw new Error('a delta has no instruction 0')
    const from =
      (code & 0x80) === 0 ? { source: delta, start: cursor.at, size: code } : { source: base, ...readCopy(delta, cursor, code) }
    if ((code & 0x80) === 0) cursor.at += code
    if (from.start + from.size > from.source.length || written + from.size > length) throw new Error('a delta leaves its bounds')
    from.source.copy(result, written, from.start, from.start + from.size)
    written += from.size
  }
  if (written !== length) throw new Error(`a delta promises ${length} bytes and gives ${written}`)
  return result
}

/** Bits 0 to 3 say which bytes of the offset follow, bits 4 to 6 which of the size; a size of 0 means 0x10000. */
function readCopy(delta: Buffer, cursor: Cursor, code: number): { readonly start: number; readonly size: number } {
  let start = 0
  let size = 0
  for (let bit = 0; bit < 4; bit += 1) if ((code & (1 << bit)) !== 0) start += readByte(delta, cursor) * 2 ** (8 * bit)
  for (let bit = 0; bit < 3; bit += 1) if ((code & (16 << bit)) !== 0) size += readByte(delta, cursor) * 2 ** (8 * bit)
  return { start, size: size === 0 ? 0x10000 : size }
}

function readSize(delta: Buffer, cursor: Cursor): number {
  let size = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = readByte(delta, cursor)
    size += (byte & 0x7f) * scale
    if ((byte & 0x80) === 0) return size
  }
}

function readByte(delta: Buffer, cursor: Cursor): number {
  const byte = delta[cursor.at]
  if (byte === undefined) throw new Error('a delta ends in the middle of an instruction')
  cursor.at += 1
  return byte
}
