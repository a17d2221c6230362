/** The header of a CSV file: UTF-8, commas, quotes as in RFC 4180. Reads the first line alone. */
import { open } from 'node:fs/promises'
import { TextDecoder } from 'node:util'

const longestBytes = 1024 * 1024

export type CsvHeader =
  { readonly type: 'columns'; readonly names: readonly string[] } | { readonly type: 'empty' } | { readonly type: 'not-utf-8' }

export async function readCsvHeader(path: string): Promise<CsvHeader> {
  const bytes = await readStart(path)
  if (bytes.length === 0) return { type: 'empty' }
  const end = endOfLine(bytes)
  try {
    // The decoder takes a byte order mark away.
    const line = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end))
    return line.includes('\0') ? { type: 'not-utf-8' } : { type: 'columns', names: splitCells(line) }
  } catch (error) {
    if (error instanceof TypeError) return { type: 'not-utf-8' }
    throw error
  }
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestBytes), 0, longestBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The first line feed or carriage return outside of quotes. */
function endOfLine(bytes: Buffer): number {
  let quoted = false
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0x22) quoted = !quoted
    else if (!quoted && (byte === 0x0a || byte === 0x0d)) return at
  }
  return bytes.length
}

function splitCells(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}
