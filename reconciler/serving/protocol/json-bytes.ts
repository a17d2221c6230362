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

// In loops over every byte, a member of an object costs three times as much as a constant of the file.
const { quote, colon, comma, backslash } = jsonBytes

/** Position of the quote that ends the string which begins at `start`; the end of the body when none does. */
export function endOfString(body: Buffer, start: number): number {
  for (let index = start; index < body.length; index++) {
    const byte = body[index]
    if (byte === quote) return index
    if (byte === backslash) index++
  }
  return body.length
}

/**
 * Position of the first byte from `start` on that a number does not have, nor what is between numbers; the end of the body when there is
 * none. A loop of its own: one that also leaps over strings takes three times as long.
 */
export function nextStructure(body: Buffer, start: number): number {
  for (let index = start; index < body.length; index++) {
    const byte = body[index] ?? 0
    if (byte >= colon || byte === quote) return index
  }
  return body.length
}

/** Commas from `start` to before `end`. */
export function countCommas(body: Buffer, start: number, end: number): number {
  let count = 0
  for (let index = start; index < end; index++) if (body[index] === comma) count++
  return count
}
