/** Where in a text an offset lies, for messages. Pure. */

/** Offsets are DuckDB's: in bytes of UTF-8. Lines and columns count from 1. */
export function describePosition(text: string, offsetBytes: number): string {
  const before = Buffer.from(text, 'utf8').subarray(0, offsetBytes).toString('utf8').split('\n')
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
}
