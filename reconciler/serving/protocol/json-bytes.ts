/** The bytes that give a JSON text its structure, and where its strings end. Builds nothing. */

export const jsonBytes = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const

/** Position of the quote that ends the string which begins at `start`; the end of the body when none does. */
export function endOfString(body: Buffer, start: number): number {
  for (let index = start; index < body.length; index++) {
    const byte = body[index]
    if (byte === jsonBytes.quote) return index
    if (byte === jsonBytes.backslash) index++
  }
  return body.length
}
